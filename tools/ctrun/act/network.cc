// Links, addresses and routes, by libnl.
#include <arpa/inet.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "act/acts.h"

namespace cttrace::ctrun {
namespace {

template <auto free_it>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    free_it(object);
  }
};
using Socket = std::unique_ptr<nl_sock, Freed<nl_socket_free>>;
using Link = std::unique_ptr<rtnl_link, Freed<rtnl_link_put>>;
using Address = std::unique_ptr<rtnl_addr, Freed<rtnl_addr_put>>;
using Route = std::unique_ptr<rtnl_route, Freed<rtnl_route_put>>;
using Parsed = std::unique_ptr<nl_addr, Freed<nl_addr_put>>;

void check(int result, const std::string& what, const std::string& subject) {
  if (result < 0) throw Failure(Error{.what = what, .subject = subject, .why = nl_geterror(result)});
}

Socket route_socket() {
  Socket socket(nl_socket_alloc());
  check(socket ? nl_connect(socket.get(), NETLINK_ROUTE) : -NLE_NOMEM, "talk to", "the kernel's routing");
  return socket;
}

Link link_by_name(const Socket& socket, const std::string& name) {
  rtnl_link* found = nullptr;
  check(rtnl_link_get_kernel(socket.get(), 0, name.c_str(), &found), "find the network interface", name);
  return Link(found);
}

Parsed parsed(const std::string& text) {
  nl_addr* address = nullptr;
  check(nl_addr_parse(text.c_str(), AF_INET, &address), "read the address", text);
  return Parsed(address);
}

void give_address(const Socket& socket, const Link& link, const std::string& text) {
  const Address address(rtnl_addr_alloc());
  rtnl_addr_set_ifindex(address.get(), rtnl_link_get_ifindex(link.get()));
  check(rtnl_addr_set_local(address.get(), parsed(text).get()), "use the address", text);
  check(rtnl_addr_add(socket.get(), address.get(), 0), "give the address", text);
}

void set_up(const Socket& socket, const Link& link) {
  const Link change(rtnl_link_alloc());
  rtnl_link_set_flags(change.get(), IFF_UP);
  check(rtnl_link_change(socket.get(), link.get(), change.get(), 0), "bring up", rtnl_link_get_name(link.get()));
}

void add_default_route(const Socket& socket, const Link& link, const std::string& gateway) {
  const Route route(rtnl_route_alloc());
  rtnl_route_set_family(route.get(), AF_INET);
  rtnl_route_set_scope(route.get(), RT_SCOPE_UNIVERSE);
  rtnl_route_set_dst(route.get(), parsed("0.0.0.0/0").get());
  rtnl_nexthop* hop = rtnl_route_nh_alloc();
  rtnl_route_nh_set_ifindex(hop, rtnl_link_get_ifindex(link.get()));
  rtnl_route_nh_set_gateway(hop, parsed(gateway).get());
  rtnl_route_add_nexthop(route.get(), hop);
  check(rtnl_route_add(socket.get(), route.get(), 0), "set the default route by", gateway);
}

}  // namespace

Outcome act(Context&, const LoopbackUp&) {
  const Fd any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // A kernel without IPv4 has no loopback to bring up.
  if (!any && errno == EAFNOSUPPORT) return Outcome::kSkipped;
  if (!any) throw Failure(system_error("bring up", "lo"));
  ifreq request = {};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(any.get(), SIOCSIFFLAGS, &request) != 0) throw Failure(system_error("bring up", "lo"));
  return Outcome::kDone;
}

Outcome act(Context& context, const MakeVeth& step) {
  const Socket socket = route_socket();
  // The peer is made in the container's namespace at once: it goes with that, and takes the host's end along.
  const Link pair(rtnl_link_veth_alloc());
  rtnl_link_set_name(pair.get(), step.host_name.c_str());
  rtnl_link* peer = rtnl_link_veth_get_peer(pair.get());
  rtnl_link_set_name(peer, step.peer_name.c_str());
  rtnl_link_set_ns_pid(peer, context.init);
  const int added = rtnl_link_add(socket.get(), pair.get(), NLM_F_CREATE | NLM_F_EXCL);
  rtnl_link_put(peer);
  check(added, "make the virtual Ethernet pair", step.host_name);
  const Link here = link_by_name(socket, step.host_name);
  give_address(socket, here, step.host_address);
  set_up(socket, here);
  return Outcome::kDone;
}

Outcome act(Context&, const AddressVeth& step) {
  const Socket socket = route_socket();
  const Link link = link_by_name(socket, step.peer_name);
  give_address(socket, link, step.address);
  set_up(socket, link);
  add_default_route(socket, link, step.gateway);
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
