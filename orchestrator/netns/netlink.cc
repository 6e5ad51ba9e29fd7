#include "orchestrator/netns/netlink.h"

#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "base/handle.h"

namespace lab::orchestrator {
namespace {

constexpr int kOperationalUp =
    6;  // IF_OPER_UP, RFC 2863; <linux/if.h> and <net/if.h> exclude each other.

using Link = Handle<rtnl_link, rtnl_link_put>;
using Address = Handle<nl_addr, nl_addr_put>;
using InterfaceAddress = Handle<rtnl_addr, rtnl_addr_put>;
using RouteObject = Handle<rtnl_route, rtnl_route_put>;
using Neighbour = Handle<rtnl_neigh, rtnl_neigh_put>;
using Cache = Handle<nl_cache, nl_cache_free>;

Result<> checked(int code, const std::string& what) {
  if (code >= 0) return {};
  return fail(Errc::system, "cannot " + what + ": " + nl_geterror(code));
}

Result<Address> parsed(const std::string& text, int family) {
  nl_addr* address = nullptr;
  TRY(checked(nl_addr_parse(text.c_str(), family, &address), "read the address \"" + text + "\""));
  return Address(address);
}

Result<int> index_of(const std::string& link) {
  const unsigned index = ::if_nametoindex(link.c_str());
  if (index == 0) return tl::unexpected(last_errno("find link " + link));
  return static_cast<int>(index);
}

Result<> set_mac(rtnl_link* link, const std::string& mac) {
  const Address address = TRY(parsed(mac, AF_LLC));
  rtnl_link_set_addr(link, address.get());  // Takes its own reference.
  return {};
}

Result<> add_hop(rtnl_route* route, const std::string& link, const std::string& gateway) {
  rtnl_nexthop* hop = rtnl_route_nh_alloc();
  LAB_ASSERT(hop != nullptr);
  rtnl_route_add_nexthop(route, hop);  // Owned by the route from here on.
  rtnl_route_nh_set_ifindex(hop, TRY(index_of(link)));
  if (gateway.empty()) {
    rtnl_route_set_scope(route, RT_SCOPE_LINK);
    return {};
  }
  const Address via = TRY(parsed(gateway, AF_INET));
  rtnl_route_nh_set_gateway(hop, via.get());
  rtnl_route_nh_set_flags(hop, RTNH_F_ONLINK);
  rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
  return {};
}

Result<RouteObject> route_to(const std::string& destination, int type) {
  RouteObject route(rtnl_route_alloc());
  const Address target = TRY(parsed(destination, AF_INET));
  rtnl_route_set_family(route.get(), AF_INET);
  rtnl_route_set_table(route.get(), RT_TABLE_MAIN);
  rtnl_route_set_protocol(route.get(), RTPROT_STATIC);
  rtnl_route_set_type(route.get(), static_cast<std::uint8_t>(type));
  rtnl_route_set_dst(route.get(), target.get());
  return route;
}

}  // namespace

void Netlink::Closer::operator()(nl_sock* socket) const noexcept {
  nl_socket_free(socket);
}

Result<Netlink> Netlink::open() {
  std::unique_ptr<nl_sock, Closer> socket(nl_socket_alloc());
  LAB_ASSERT(socket != nullptr);
  TRY(checked(nl_connect(socket.get(), NETLINK_ROUTE), "open a netlink socket"));
  return Netlink(std::move(socket));
}

Result<> Netlink::set_up(const std::string& link) {
  const Link before(rtnl_link_alloc()), change(rtnl_link_alloc());
  rtnl_link_set_ifindex(before.get(), TRY(index_of(link)));
  rtnl_link_set_flags(change.get(), IFF_UP);
  return checked(rtnl_link_change(socket_.get(), before.get(), change.get(), 0),
                 "set link " + link + " up");
}

Result<> Netlink::add_bridge(const std::string& name, const std::string& mac) {
  const Link bridge(rtnl_link_alloc());
  rtnl_link_set_name(bridge.get(), name.c_str());
  rtnl_link_set_type(bridge.get(), "bridge");
  TRY(set_mac(bridge.get(), mac));
  rtnl_link_set_flags(bridge.get(), IFF_UP);
  return checked(rtnl_link_add(socket_.get(), bridge.get(), NLM_F_CREATE | NLM_F_EXCL),
                 "make bridge " + name);
}

Result<> Netlink::add_veth(const Veth& veth) {
  const Link ours(rtnl_link_veth_alloc());
  rtnl_link* peer = rtnl_link_veth_get_peer(ours.get());
  const Link peer_reference(peer);
  rtnl_link_set_name(ours.get(), veth.name.c_str());
  rtnl_link_set_master(ours.get(), TRY(index_of(veth.bridge)));
  rtnl_link_set_flags(ours.get(), IFF_UP);
  rtnl_link_set_name(peer, veth.peer_name.c_str());
  TRY(set_mac(peer, veth.peer_mac));
  rtnl_link_set_ns_pid(peer, veth.peer_pid);
  return checked(rtnl_link_add(socket_.get(), ours.get(), NLM_F_CREATE | NLM_F_EXCL),
                 "make link " + veth.name);
}

Result<> Netlink::add_address(const std::string& link, const std::string& address,
                              unsigned prefix_length) {
  const InterfaceAddress object(rtnl_addr_alloc());
  const Address local = TRY(parsed(address, AF_INET));
  nl_addr_set_prefixlen(local.get(), static_cast<int>(prefix_length));
  TRY(checked(rtnl_addr_set_local(object.get(), local.get()), "use address " + address));
  rtnl_addr_set_ifindex(object.get(), TRY(index_of(link)));
  return checked(rtnl_addr_add(socket_.get(), object.get(), NLM_F_CREATE),
                 "give address " + address + " to link " + link);
}

Result<> Netlink::add_route(const std::string& link, const std::string& destination,
                            const std::string& gateway) {
  const RouteObject route = TRY(route_to(destination, RTN_UNICAST));
  TRY(add_hop(route.get(), link, gateway));
  return checked(rtnl_route_add(socket_.get(), route.get(), NLM_F_CREATE | NLM_F_EXCL),
                 "add a route to " + destination);
}

Result<> Netlink::add_unreachable(const std::string& destination) {
  const RouteObject route = TRY(route_to(destination, RTN_UNREACHABLE));
  rtnl_route_set_scope(route.get(), RT_SCOPE_UNIVERSE);
  return checked(rtnl_route_add(socket_.get(), route.get(), NLM_F_CREATE | NLM_F_EXCL),
                 "make " + destination + " unreachable");
}

Result<> Netlink::add_neighbour(const std::string& link, const std::string& address,
                                const std::string& mac) {
  const Neighbour neighbour(rtnl_neigh_alloc());
  const Address ip = TRY(parsed(address, AF_INET)), hardware = TRY(parsed(mac, AF_LLC));
  rtnl_neigh_set_ifindex(neighbour.get(), TRY(index_of(link)));
  rtnl_neigh_set_dst(neighbour.get(), ip.get());
  rtnl_neigh_set_lladdr(neighbour.get(), hardware.get());
  rtnl_neigh_set_state(neighbour.get(), NUD_PERMANENT);
  return checked(rtnl_neigh_add(socket_.get(), neighbour.get(), NLM_F_CREATE | NLM_F_REPLACE),
                 "make " + address + " a neighbour");
}

Result<bool> Netlink::ports_ready() {
  nl_cache* found = nullptr;
  TRY(checked(rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &found), "list the links"));
  const Cache cache(found);
  for (nl_object* object = nl_cache_get_first(found); object != nullptr;
       object = nl_cache_get_next(object)) {
    auto* link = reinterpret_cast<rtnl_link*>(object);
    if (rtnl_link_get_master(link) > 0 && rtnl_link_get_operstate(link) != kOperationalUp)
      return false;
  }
  return true;
}

}  // namespace lab::orchestrator
