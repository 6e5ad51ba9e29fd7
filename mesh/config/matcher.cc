#include "mesh/config/matcher.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

LAB_RECORD(GoogleRe2, "envoy.type.matcher.v3.RegexMatcher.GoogleRE2") {
  record.field("max_program_size", &GoogleRe2::max_program_size);
}

LAB_RECORD(RegexMatcher, "envoy.type.matcher.v3.RegexMatcher") {
  record.field("google_re2", &RegexMatcher::google_re2)
      .ignored("replaced by the runtime key re2.max_program_size.error_level");
  record.field("regex", &RegexMatcher::regex).not_empty();
}

LAB_RECORD(RegexMatchAndSubstitute, "envoy.type.matcher.v3.RegexMatchAndSubstitute") {
  record.field("pattern", &RegexMatchAndSubstitute::pattern).required();
  record.field("substitution", &RegexMatchAndSubstitute::substitution)
      .check(header_value(Strict::no));
}

LAB_RECORD(StringMatcher, "envoy.type.matcher.v3.StringMatcher") {
  record.field("exact", &StringMatcher::exact);
  record.field("prefix", &StringMatcher::prefix).not_empty();
  record.field("suffix", &StringMatcher::suffix).not_empty();
  record.field("safe_regex", &StringMatcher::safe_regex);
  record.field("contains", &StringMatcher::contains).not_empty();
  record.field("ignore_case", &StringMatcher::ignore_case);
  record.oneof("match_pattern", {"exact", "prefix", "suffix", "safe_regex", "contains"}, true);
  record.check(valid_string_matcher);
}

LAB_RECORD(ListStringMatcher, "envoy.type.matcher.v3.ListStringMatcher") {
  record.field("patterns", &ListStringMatcher::patterns).check(items_at_least(1));
}

LAB_RECORD(PathMatcher, "envoy.type.matcher.v3.PathMatcher") {
  record.field("path", &PathMatcher::path);
  record.oneof("rule", {"path"}, true);
}

LAB_RECORD(DoubleMatcher, "envoy.type.matcher.v3.DoubleMatcher") {
  record.field("range", &DoubleMatcher::range);
  record.field("exact", &DoubleMatcher::exact);
  record.oneof("match_pattern", {"range", "exact"}, true);
}

LAB_RECORD(NullMatch, "envoy.type.matcher.v3.ValueMatcher.NullMatch") {
  static_cast<void>(record);
}

LAB_RECORD(ListMatcher, "envoy.type.matcher.v3.ListMatcher") {
  record.field("one_of", &ListMatcher::one_of);
  record.oneof("match_pattern", {"one_of"}, true);
}

LAB_RECORD(OrMatcher, "envoy.type.matcher.v3.OrMatcher") {
  record.field("value_matchers", &OrMatcher::value_matchers).check(items_at_least(2));
}

LAB_RECORD(ValueMatcher, "envoy.type.matcher.v3.ValueMatcher") {
  record.field("null_match", &ValueMatcher::null_match)
      .check(not_supported("there is no null in metadata."));
  record.field("double_match", &ValueMatcher::double_match);
  record.field("string_match", &ValueMatcher::string_match);
  record.field("bool_match", &ValueMatcher::bool_match);
  record.field("present_match", &ValueMatcher::present_match);
  record.field("list_match", &ValueMatcher::list_match);
  record.field("or_match", &ValueMatcher::or_match);
  record.oneof("match_pattern",
               {"null_match", "double_match", "string_match", "bool_match", "present_match",
                "list_match", "or_match"},
               true);
}

LAB_RECORD(MetadataPathSegment, "envoy.type.matcher.v3.MetadataMatcher.PathSegment") {
  record.field("key", &MetadataPathSegment::key).not_empty();
  record.oneof("segment", {"key"}, true);
}

LAB_RECORD(MetadataMatcher, "envoy.type.matcher.v3.MetadataMatcher") {
  record.field("filter", &MetadataMatcher::filter).not_empty();
  record.field("path", &MetadataMatcher::path).check(items_at_least(1));
  record.field("value", &MetadataMatcher::value).required();
  record.field("invert", &MetadataMatcher::invert);
}

LAB_RECORD(MetadataKeyPathSegment, "envoy.type.metadata.v3.MetadataKey.PathSegment") {
  record.field("key", &MetadataKeyPathSegment::key).not_empty();
  record.oneof("segment", {"key"}, true);
}

LAB_RECORD(MetadataKey, "envoy.type.metadata.v3.MetadataKey") {
  record.field("key", &MetadataKey::key).not_empty();
  record.field("path", &MetadataKey::path).check(items_at_least(1));
}

LAB_RECORD(RequestMetadataKind, "envoy.type.metadata.v3.MetadataKind.Request") {
  static_cast<void>(record);
}

LAB_RECORD(RouteMetadataKind, "envoy.type.metadata.v3.MetadataKind.Route") {
  static_cast<void>(record);
}

LAB_RECORD(ClusterMetadataKind, "envoy.type.metadata.v3.MetadataKind.Cluster") {
  static_cast<void>(record);
}

LAB_RECORD(HostMetadataKind, "envoy.type.metadata.v3.MetadataKind.Host") {
  static_cast<void>(record);
}

LAB_RECORD(MetadataKind, "envoy.type.metadata.v3.MetadataKind") {
  record.field("request", &MetadataKind::request);
  record.field("route", &MetadataKind::route);
  record.field("cluster", &MetadataKind::cluster);
  record.field("host", &MetadataKind::host);
  record.oneof("kind", {"request", "route", "cluster", "host"}, true);
}

LAB_RECORD(HeaderMatcher, "envoy.config.route.v3.HeaderMatcher") {
  record.field("name", &HeaderMatcher::name).not_empty().check(header_name(Strict::no));
  record.field("exact_match", &HeaderMatcher::exact_match);
  record.field("safe_regex_match", &HeaderMatcher::safe_regex_match);
  record.field("range_match", &HeaderMatcher::range_match);
  record.field("present_match", &HeaderMatcher::present_match);
  record.field("prefix_match", &HeaderMatcher::prefix_match).not_empty();
  record.field("suffix_match", &HeaderMatcher::suffix_match).not_empty();
  record.field("contains_match", &HeaderMatcher::contains_match).not_empty();
  record.field("string_match", &HeaderMatcher::string_match);
  record.field("invert_match", &HeaderMatcher::invert_match);
  record.field("treat_missing_header_as_empty", &HeaderMatcher::treat_missing_header_as_empty);
  record.oneof("header_match_specifier",
               {"exact_match", "safe_regex_match", "range_match", "present_match", "prefix_match",
                "suffix_match", "contains_match", "string_match"});
}

LAB_RECORD(QueryParameterMatcher, "envoy.config.route.v3.QueryParameterMatcher") {
  record.field("name", &QueryParameterMatcher::name).not_empty().check(bytes_at_most(1024));
  record.field("string_match", &QueryParameterMatcher::string_match);
  record.field("present_match", &QueryParameterMatcher::present_match);
  record.oneof("query_parameter_match_specifier", {"string_match", "present_match"});
}

}  // namespace lab::config
