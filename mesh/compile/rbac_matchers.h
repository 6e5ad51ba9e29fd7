#pragma once

#include <string>

#include "mesh/config/rbac.h"

namespace lab::compile {

/// "*" any, "*x" a suffix, "x*" a prefix, else the whole text; with `front` before it
/// ("spiffe://").
config::StringMatcher text_matcher(const std::string& value, const std::string& front = "");
/// The same for a header; "*" asks for presence.
config::HeaderMatcher header_matcher(const std::string& name, const std::string& value,
                                     bool ignore_case = false);
/// An address or a range.
config::CidrRange address_range(const std::string& text);
/// A claim of a verified token that is one of `values`, or a list with one of them.
config::MetadataMatcher claim_matcher(const std::vector<std::string>& path,
                                      const std::vector<std::string>& values);
/// The claim as a text.
config::MetadataMatcher claim_text_matcher(const std::string& claim,
                                           const config::StringMatcher& text);
/// What `filter` noted under `step`: one of `values`; "[x]" is a list with x.
config::MetadataMatcher metadata_matcher(const std::string& filter, const std::string& step,
                                         const std::vector<std::string>& values);
/// "a[b][c]" after a prefix: the steps in brackets.
std::vector<std::string> bracket_steps(const std::string& text);
/// Text as a regular expression that matches just it.
std::string quote_regex(const std::string& text);

/// "/a/{*}/b", "/a/{**}": one segment, any number of them.
bool is_path_template(const std::string& path);
config::TypedExtensionConfig path_template(const std::string& path);

config::Permission any_permission();
config::Permission all_of(std::vector<config::Permission> parts);
config::Permission any_of(std::vector<config::Permission> parts);
config::Permission none_of(config::Permission part);
config::Principal any_principal();
config::Principal all_of(std::vector<config::Principal> parts);
config::Principal any_of(std::vector<config::Principal> parts);
config::Principal none_of(config::Principal part);

}  // namespace lab::compile
