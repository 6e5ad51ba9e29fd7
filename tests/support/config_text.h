#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/yaml.h"
#include "mesh/config/any.h"

namespace lab {

/// A configuration message from YAML text; a test failure tells what is wrong with it.
template <class T>
T config_of(const std::string& text) {
  T result{};
  const auto documents = parse_yaml(text, "test.yaml");
  if (!documents || documents->empty()) {
    ADD_FAILURE() << (documents ? "no document" : documents.error().message);
    return result;
  }
  Diagnostics out;
  if (!decode((*documents)[0].root, "test.yaml", out, result)) ADD_FAILURE() << out.text();
  return result;
}

}  // namespace lab
