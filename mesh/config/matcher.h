#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/core.h"

/// How values are compared: strings, paths, metadata.
namespace lab::config {

struct ValueMatcher;

/// The RE2 engine; the only one, so that it says nothing.
struct GoogleRe2 {
  std::optional<std::uint32_t> max_program_size;
};

/// An RE2 expression that must match the whole value.
struct RegexMatcher {
  std::optional<GoogleRe2> google_re2;
  std::string regex;
};

/// Replaces what matches; \\1 is the first group.
struct RegexMatchAndSubstitute {
  RegexMatcher pattern;
  std::string substitution;
};

/// Compares one string.
struct StringMatcher {
  std::optional<std::string> exact;
  std::optional<std::string> prefix;
  std::optional<std::string> suffix;
  std::optional<RegexMatcher> safe_regex;
  std::optional<std::string> contains;
  bool ignore_case = false;
};

/// Any of several string matchers.
struct ListStringMatcher {
  std::vector<StringMatcher> patterns;
};

/// Compares a request's path without its query.
struct PathMatcher {
  std::optional<StringMatcher> path;
};

/// Compares a number.
struct DoubleMatcher {
  std::optional<DoubleRange> range;
  std::optional<double> exact;
};

/// Matches null.
struct NullMatch {};

/// Matches a list of which one element matches.
struct ListMatcher {
  std::optional<Box<ValueMatcher>> one_of;
};

/// Any of several value matchers.
struct OrMatcher {
  std::vector<ValueMatcher> value_matchers;
};

/// Compares a metadata value.
struct ValueMatcher {
  std::optional<NullMatch> null_match;
  std::optional<DoubleMatcher> double_match;
  std::optional<StringMatcher> string_match;
  std::optional<bool> bool_match;
  std::optional<bool> present_match;
  std::optional<ListMatcher> list_match;
  std::optional<OrMatcher> or_match;
};

/// One step into metadata.
struct MetadataPathSegment {
  std::optional<std::string> key;
};

/// Finds a value in dynamic metadata and compares it.
struct MetadataMatcher {
  std::string filter;
  std::vector<MetadataPathSegment> path;
  ValueMatcher value;
  bool invert = false;
};

/// One step into metadata.
struct MetadataKeyPathSegment {
  std::optional<std::string> key;
};

/// Names a value in metadata.
struct MetadataKey {
  std::string key;
  std::vector<MetadataKeyPathSegment> path;
};

/// The request's dynamic metadata.
struct RequestMetadataKind {};

/// The route's metadata.
struct RouteMetadataKind {};

/// The cluster's metadata.
struct ClusterMetadataKind {};

/// The endpoint's metadata.
struct HostMetadataKind {};

/// Whose metadata is meant.
struct MetadataKind {
  std::optional<RequestMetadataKind> request;
  std::optional<RouteMetadataKind> route;
  std::optional<ClusterMetadataKind> cluster;
  std::optional<HostMetadataKind> host;
};

/// Looks at one request header; several values count as one, joined by commas.
struct HeaderMatcher {
  std::string name;
  std::optional<std::string> exact_match;
  std::optional<RegexMatcher> safe_regex_match;
  std::optional<Int64Range> range_match;
  std::optional<bool> present_match;
  std::optional<std::string> prefix_match;
  std::optional<std::string> suffix_match;
  std::optional<std::string> contains_match;
  std::optional<StringMatcher> string_match;
  bool invert_match = false;
  bool treat_missing_header_as_empty = false;
};

/// Looks at one parameter of the query.
struct QueryParameterMatcher {
  std::string name;
  std::optional<StringMatcher> string_match;
  std::optional<bool> present_match;
};

const Record<GoogleRe2>& record_of(const GoogleRe2*);
const Record<RegexMatcher>& record_of(const RegexMatcher*);
const Record<RegexMatchAndSubstitute>& record_of(const RegexMatchAndSubstitute*);
const Record<StringMatcher>& record_of(const StringMatcher*);
const Record<ListStringMatcher>& record_of(const ListStringMatcher*);
const Record<PathMatcher>& record_of(const PathMatcher*);
const Record<DoubleMatcher>& record_of(const DoubleMatcher*);
const Record<NullMatch>& record_of(const NullMatch*);
const Record<ListMatcher>& record_of(const ListMatcher*);
const Record<OrMatcher>& record_of(const OrMatcher*);
const Record<ValueMatcher>& record_of(const ValueMatcher*);
const Record<MetadataPathSegment>& record_of(const MetadataPathSegment*);
const Record<MetadataMatcher>& record_of(const MetadataMatcher*);
const Record<MetadataKeyPathSegment>& record_of(const MetadataKeyPathSegment*);
const Record<MetadataKey>& record_of(const MetadataKey*);
const Record<RequestMetadataKind>& record_of(const RequestMetadataKind*);
const Record<RouteMetadataKind>& record_of(const RouteMetadataKind*);
const Record<ClusterMetadataKind>& record_of(const ClusterMetadataKind*);
const Record<HostMetadataKind>& record_of(const HostMetadataKind*);
const Record<MetadataKind>& record_of(const MetadataKind*);
const Record<HeaderMatcher>& record_of(const HeaderMatcher*);
const Record<QueryParameterMatcher>& record_of(const QueryParameterMatcher*);

}  // namespace lab::config
