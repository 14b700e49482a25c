// The network of a new network namespace: loopback, and a virtual Ethernet pair where one is asked for.
#include <arpa/inet.h>
#include <sched.h>

#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

constexpr const char* kPeer = "eth0";

[[noreturn]] void wrong_net(const std::string& value, const std::string& why) {
  throw Failure(Error{.what = "use --net",
                      .subject = value,
                      .why = why,
                      .remedy = "none, host, or veth:10.0.0.2/24",
                      .exit_status = 2});
}

// Interface names are 15 bytes at most; the id's last ones tell containers apart best.
std::string host_name(const std::string& id) { return "ct" + (id.size() > 12 ? id.substr(id.size() - 12) : id); }

std::string veth_address(const Choices& choices) {
  return choices.net.rfind("veth:", 0) == 0 ? choices.net.substr(5) : std::string();
}

// The first address of the network that is not the container's own: the host's end, and the way out.
std::string gateway_of(const std::string& net, const std::string& address) {
  const size_t slash = address.find('/');
  in_addr ip = {};
  if (slash == std::string::npos || inet_pton(AF_INET, address.substr(0, slash).c_str(), &ip) != 1)
    wrong_net(net, "it is no IPv4 address with the length of its network");
  const int length = atoi(address.c_str() + slash + 1);
  if (length < 1 || length > 30) wrong_net(net, "the network must have room for two addresses");
  const uint32_t mask = ~0U << (32 - length);
  uint32_t first = (ntohl(ip.s_addr) & mask) + 1;
  if (first == ntohl(ip.s_addr)) ++first;
  ip.s_addr = htonl(first);
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &ip, text, sizeof text);
  return text + address.substr(slash);
}

}  // namespace

void plan_network_outside(PlanBuilder& builder) {
  const Choices& choices = builder.request().choices;
  const std::string address = veth_address(choices);
  if (address.empty()) {
    if (!choices.net.empty() && choices.net != "none" && choices.net != "host")
      wrong_net(choices.net, "it is not known");
    return;
  }
  if (!builder.config().makes(CLONE_NEWNET))
    wrong_net(choices.net, "the container has no network namespace of its own");
  const std::string gateway = gateway_of(choices.net, address);
  const std::string host_end = host_name(builder.request().id);
  builder.add(Phase::kNetwork, Actor::kParent, "veth",
              "a virtual Ethernet pair: " + host_end + " with " + gateway + " here, " + kPeer + " in the container", {},
              MakeVeth{host_end, kPeer, gateway});
}

void plan_network_inside(PlanBuilder& builder) {
  if (!builder.config().makes(CLONE_NEWNET)) return;
  builder.add(Phase::kNetwork, Actor::kInit, "loopback", "lo is up", {}, LoopbackUp{}, true);
  const Choices& choices = builder.request().choices;
  const std::string address = veth_address(choices);
  if (address.empty()) return;
  const std::string gateway = gateway_of(choices.net, address);
  builder.add(Phase::kNetwork, Actor::kInit, "address",
              std::string(kPeer) + " has " + address + ", default route by " + gateway, {},
              AddressVeth{kPeer, address, gateway.substr(0, gateway.find('/'))});
}

}  // namespace cttrace::ctrun
