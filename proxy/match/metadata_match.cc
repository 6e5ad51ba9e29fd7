#include "proxy/match/metadata_match.h"

namespace lab::proxy {

Result<ValueMatch> ValueMatch::compile(const config::ValueMatcher& source) {
  ValueMatch result;
  if (source.double_match && source.double_match->range) {
    result.kind_ = Kind::range;
    result.start_ = source.double_match->range->start;
    result.end_ = source.double_match->range->end;
  } else if (source.double_match) {
    result.kind_ = Kind::exact_number;
    result.start_ = source.double_match->exact.value_or(0);
  } else if (source.string_match) {
    result.kind_ = Kind::text;
    result.text_ = TRY(StringMatch::compile(*source.string_match));
  } else if (source.bool_match) {
    result.kind_ = Kind::boolean;
    result.wanted_ = *source.bool_match;
  } else if (source.present_match) {
    result.kind_ = Kind::present;
    result.wanted_ = *source.present_match;
  } else if (source.list_match) {
    result.kind_ = Kind::list;
    if (source.list_match->one_of) {
      result.children_.push_back(TRY(ValueMatch::compile(**source.list_match->one_of)));
    }
  } else if (source.or_match) {
    result.kind_ = Kind::any_of;
    for (const auto& child : source.or_match->value_matchers) {
      result.children_.push_back(TRY(ValueMatch::compile(child)));
    }
  }
  return result;
}

bool ValueMatch::matches(const Value& value) const {
  switch (kind_) {
    case Kind::null:
      return value.is_null();
    case Kind::exact_number:
      return value.is_number() && value.number() == start_;
    case Kind::range:
      return value.is_number() && value.number() >= start_ && value.number() < end_;
    case Kind::text:
      return value.is_string() && text_->matches(value.string());
    case Kind::boolean:
      return value.is_bool() && value.boolean() == wanted_;
    case Kind::present:
      return !value.is_null() == wanted_;
    case Kind::list:
      if (!value.is_array()) return false;
      for (const Value& element : value.array()) {
        if (!children_.empty() && children_[0].matches(element)) return true;
      }
      return false;
    case Kind::any_of:
      for (const ValueMatch& child : children_) {
        if (child.matches(value)) return true;
      }
      return false;
  }
  return false;
}

Result<MetadataMatch> MetadataMatch::compile(const config::MetadataMatcher& source) {
  MetadataMatch result;
  result.filter_ = source.filter;
  for (const auto& segment : source.path) result.path_.push_back(segment.key.value_or(""));
  result.value_ = TRY(ValueMatch::compile(source.value));
  result.invert_ = source.invert;
  return result;
}

bool MetadataMatch::matches_below(const Value* value) const {
  for (const std::string& step : path_) {
    if (value != nullptr) value = value->find(step);
  }
  const bool matched = value_.matches(value == nullptr ? Value() : *value);
  return matched != invert_;
}

bool MetadataMatch::matches(const Value& metadata) const {
  return matches_below(metadata.find(filter_));
}

bool MetadataMatch::matches(const config::Metadata* metadata) const {
  if (metadata == nullptr) return matches_below(nullptr);
  const auto found = metadata->filter_metadata.find(filter_);
  return matches_below(found == metadata->filter_metadata.end() ? nullptr : &found->second);
}

}  // namespace lab::proxy
