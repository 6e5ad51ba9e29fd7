#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lab::model {

/// True for a pattern with a leading "*" ("*", "*.example.com", "*-v1.example.com").
bool is_wildcard(std::string_view host);

/// Whether one of two host patterns covers the other: "*.a.com" and "b.a.com", in either order.
bool hosts_overlap(std::string_view a, std::string_view b);

/// Whether every host that `inner` stands for is one that `outer` stands for.
bool host_within(std::string_view inner, std::string_view outer);

/// The full name of a host in an object of `name_space`: a name without dots is a Service there
/// ("reviews" -> "reviews.prod.svc.cluster.local"); "*" and names with dots stay.
std::string full_host(std::string_view host, std::string_view name_space, std::string_view domain);

/// Orders patterns as Istio does when one must win: exact names before wildcards, longer before
/// shorter, then by name.
bool more_specific(std::string_view a, std::string_view b);

/// The most specific of `patterns` that covers `host`, or -1.
int most_specific_match(std::string_view host, const std::vector<std::string>& patterns);

}  // namespace lab::model
