#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/record.h"
#include "mesh/config/words.h"

namespace lab::config {

/// Where a message type may stand as an Any. A type can have several roles.
enum AnyRole : std::uint32_t {
  kResource = 1u << 0,               ///< In a DiscoveryResponse.
  kNetworkFilter = 1u << 1,          ///< In a filter chain.
  kTerminalNetworkFilter = 1u << 2,  ///< Ends a filter chain.
  kHttpFilter = 1u << 3,             ///< Among http_filters.
  kTerminalHttpFilter = 1u << 4,     ///< Ends http_filters.
  kPerRoute = 1u << 5,               ///< In typed_per_filter_config.
  kListenerFilter = 1u << 6,
  kDownstreamTransport = 1u << 7,
  kUpstreamTransport = 1u << 8,
  kAccessLog = 1u << 9,
  kProtocolOptions = 1u << 10,  ///< In typed_extension_protocol_options.
  kRequestId = 1u << 11,
  kRetryHostPredicate = 1u << 12,
  kLoadBalancing = 1u << 13,  ///< In load_balancing_policy.
  kDnsResolver = 1u << 14,    ///< In typed_dns_resolver_config.
};

/// One message type that an Any may hold. There is one object per type; identity is its address.
class AnyType {
 public:
  AnyType(const RecordBase& record, std::uint32_t roles) : record_(record), roles_(roles) {}
  virtual ~AnyType() = default;
  const std::string& name() const { return record_.name(); }  ///< "envoy.extensions....Router".
  const RecordBase& record() const { return record_; }
  std::uint32_t roles() const { return roles_; }
  /// Null when something was wrong (and was reported).
  virtual std::shared_ptr<const void> decode(const Value& value, DecodeContext& context) const = 0;
  virtual Value encode(const void* message) const = 0;

 private:
  const RecordBase& record_;
  std::uint32_t roles_;
};

/// All types that are supported, in the order of any_types.cc. A further filter is one line there.
const std::vector<std::unique_ptr<AnyType>>& any_types();
/// The type of that full name, or nullptr.
const AnyType* find_any_type(std::string_view name);

/// A message whose type stands in the data ("@type"): google.protobuf.Any. Copies share the
/// message, which is immutable.
class Any {
 public:
  Any() = default;

  /// Holds `message`; its type must be registered in any_types.cc (else a bug).
  template <class T>
  static Any of(T message) {
    return Any(find_any_type(record_of(static_cast<const T*>(nullptr)).name()),
               std::make_shared<const T>(std::move(message)));
  }
  /// The message if it is a T, else nullptr.
  template <class T>
  const T* get() const {
    const RecordBase* const wanted = &record_of(static_cast<const T*>(nullptr));
    return type_ != nullptr && &type_->record() == wanted ? static_cast<const T*>(message_.get())
                                                          : nullptr;
  }
  bool empty() const { return type_ == nullptr; }
  const AnyType* type() const { return type_; }  ///< nullptr when empty.
  /// "envoy.extensions....Router"; "" when empty.
  std::string_view type_name() const {
    return type_ == nullptr ? std::string_view() : type_->name();
  }
  const void* message() const { return message_.get(); }

 private:
  friend struct Codec<Any>;
  Any(const AnyType* type, std::shared_ptr<const void> message);
  const AnyType* type_ = nullptr;
  std::shared_ptr<const void> message_;
};

}  // namespace lab::config

namespace lab {

template <>
struct Codec<config::Any> {
  static bool decode(const Value& value, DecodeContext& context, config::Any& target);
  static std::optional<Value> encode(const config::Any& source);
  static TypeInfo type() { return {TypeInfo::Kind::any, nullptr, {}, nullptr}; }
};

}  // namespace lab
