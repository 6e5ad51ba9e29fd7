#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "mesh/crd/validate.h"

namespace lab::crd {

/// One spec and what is said of it.
struct SpecCase {
  const char* why;
  const char* spec;     ///< YAML flow.
  const char* problem;  ///< Part of a message; "": accepted.
};

/// Validates each spec as an object of `kind` in `api_version`, named "a" in namespace "default".
inline void check_specs(const std::string& api_version, const std::string& kind,
                        const std::vector<SpecCase>& cases) {
  for (const SpecCase& c : cases) {
    const std::string text = "apiVersion: " + api_version + "\nkind: " + kind +
                             "\nmetadata: {name: a}\nspec: " + c.spec + "\n";
    std::string messages;
    for (const DocumentVerdict& verdict : validate_text(text, "f"))
      messages += join(verdict.messages(), "\n");
    EXPECT_EQ(messages.empty(), std::string_view(c.problem).empty())
        << kind << ": " << c.why << "\n"
        << messages;
    EXPECT_NE(messages.find(c.problem), std::string::npos) << kind << ": " << c.why << "\n"
                                                           << messages;
  }
}

}  // namespace lab::crd
