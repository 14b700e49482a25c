// The steps by which a container is made, as data: what is printed by `plan`, and what is executed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/choices.h"
#include "config/config.h"
#include "plan/host.h"

namespace cttrace::ctrun {

// What a set-up is busy with: the words of cttrace's stories.
enum class Phase {
  kCreate,
  kUserMaps,
  kNamespaces,
  kCgroup,
  kRootfs,
  kMounts,
  kDevices,
  kRootSwitch,
  kMasking,
  kNetwork,
  kIdentity,
  kHandOver,
};
std::string_view phase_name(Phase phase);

// Who does it: ctrun itself; a process that only makes init, where that must join or unshare first; init, which becomes
// the container's program.
enum class Actor { kParent, kMaker, kInit };
std::string_view actor_name(Actor actor);

// A system call, as far as it is known in advance; what is not is written <so>.
struct PlannedCall {
  std::string name = {};
  std::vector<std::string> args = {};

  std::string text() const;
};

// Below the root file system, where RootBy::kPivotFolder puts the old root for a moment.
inline constexpr const char* kOldRoot = ".ctrun-old-root";

// What a step does, one type a kind. All paths are the host's unless they say otherwise.
struct MakeFifo {};
struct MakeCgroups {
  std::vector<std::string> folders = {};
};
struct EnableControllers {  // of v2: for the folders below
  std::string folder = {};
  std::vector<std::string> controllers = {};
};
struct WriteControl {
  std::string file = {}, value = {};
};
struct CopyCpuset {  // a v1 cpuset has no cpus until somebody gives it some: those of the folder above
  std::string folder = {};
};
struct MakeProcess {
  Actor who = Actor::kInit;
  CreateBy by = CreateBy::kClone;
  uint64_t flags = 0;
  std::string into_cgroup = {};  // clone3 puts it there
};
struct JoinCgroup {
  std::string folder = {};
};
struct WriteMaps {
  Actor whose = Actor::kInit;
  std::vector<IdMapping> uids = {}, gids = {};
  bool by_helper = false;  // newuidmap and newgidmap
  bool deny_setgroups = false;
};
struct JoinNamespace {
  uint64_t type = 0;
  std::string path = {};
};
struct Unshare {
  uint64_t flags = 0;
};
struct NameProcess {
  std::string name = {};
};
struct BecomeRoot {};  // of the user namespace, once it has maps
struct OomScore {
  int value = 0;
};
struct ApplyLimits {
  std::vector<Limit> limits = {};
};
struct SetPropagation {
  std::string path = {};
  unsigned long flags = 0;
  bool inside = false;  // the path is in the container
};
struct BindRootfs {
  std::string rootfs = {};
};
struct DoMount {
  Mount mount = {};
  std::string source = {};  // absolute, where it is a path
  MountBy by = MountBy::kFd;
  bool keep_locked_flags = false;  // in a user namespace those of the source may not be taken away
};
struct MakeLinks {
  std::vector<std::pair<std::string, std::string>> links = {};  // where in the container, target
};
struct MakeDevice {
  DeviceNode device = {};
  DevicesBy by = DevicesBy::kMknod;
  MountBy mounts = MountBy::kFd;
};
struct OpenDevtmpfs {};
struct MakeConsole {
  ConsoleSize size = {};
  bool inside = true;  // /dev/console is made
};
struct RunHooks {
  std::string kind = {};  // createRuntime
  std::vector<Hook> hooks = {};
  std::string status = {};  // of the state that they are told
};
struct MaskPath {
  std::string path = {};  // in the container
  MountBy by = MountBy::kFd;
};
struct ReadonlyPath {
  std::string path = {};  // in the container
  MountBy by = MountBy::kFd;
  bool in_one_call = false;  // the mistake
};
struct WriteSysctl {
  std::string name = {}, value = {};
};
struct EnterRootfs {};
struct HideHostMount {
  std::string path = {};
};
struct SwitchRoot {
  RootBy by = RootBy::kPivot;
  std::string rootfs = {};
};
struct DetachOldRoot {
  RootBy by = RootBy::kPivot;
};
struct ReadonlyRoot {};
struct SetHostname {
  std::string name = {};
};
struct SetDomainname {
  std::string name = {};
};
struct NewKeyring {
  std::string name = {};
};
struct LoopbackUp {};
struct MakeVeth {
  std::string host_name = {}, peer_name = {}, host_address = {};
};
struct AddressVeth {
  std::string peer_name = {}, address = {}, gateway = {};
};
struct SetLabel {
  std::string file = {}, value = {};  // below /proc/self/attr
};
struct SetPersonality {
  uint64_t value = 0;
};
struct SetNoNewPrivs {};
struct LoadSeccomp {
  bool failure_ignored = false;
};
struct DropBounding {
  std::vector<unsigned> capabilities = {};
};
struct KeepCapabilities {
  bool keep = true;
};
struct SetGroups {
  std::vector<uint32_t> groups = {};
  bool failure_ignored = false;
};
struct SetGid {
  uint32_t gid = 0;
  bool failure_ignored = false;
};
struct SetUid {
  uint32_t uid = 0;
};
struct SetCapabilities {
  Capabilities sets = {};
  bool failure_ignored = false;
};
struct RaiseAmbient {
  std::vector<unsigned> capabilities = {};
};
struct ChangeFolder {
  std::string path = {};
  bool of_the_host = false;  // the mistake
};
struct SetUmask {
  uint32_t mask = 022;
};
struct CloseDescriptors {
  bool leak_host_root = false;
};
struct SaveState {};
struct WaitForStart {};
struct Execute {
  std::vector<std::string> args = {};
};
struct EnterProcessRoot {};  // exec: where the container's root is not its mount namespace's

using Action = std::variant<NameProcess, MakeFifo, MakeCgroups, EnableControllers, WriteControl, CopyCpuset,
                            MakeProcess, JoinCgroup, WriteMaps, JoinNamespace, Unshare, BecomeRoot, OomScore,
                            ApplyLimits, SetPropagation, BindRootfs, DoMount, MakeLinks, MakeDevice, OpenDevtmpfs,
                            MakeConsole, RunHooks, MaskPath, ReadonlyPath, WriteSysctl, EnterRootfs, HideHostMount,
                            SwitchRoot, DetachOldRoot, ReadonlyRoot, SetHostname, SetDomainname, NewKeyring, LoopbackUp,
                            MakeVeth, AddressVeth, SetLabel, SetPersonality, SetNoNewPrivs, LoadSeccomp, DropBounding,
                            KeepCapabilities, SetGroups, SetGid, SetUid, SetCapabilities, RaiseAmbient, ChangeFolder,
                            SetUmask, CloseDescriptors, SaveState, WaitForStart, Execute, EnterProcessRoot>;

struct Step {
  std::string id = {};  // "mount:/proc"; unique in a plan
  Phase phase = Phase::kCreate;
  Actor actor = Actor::kParent;
  std::string what = {};  // one sentence
  std::vector<PlannedCall> calls = {};
  bool optional = false;  // skipped where what it is about is not there; or a failure is ignored
  Action action = {};
};

struct Plan {
  std::vector<Step> steps = {};
  std::vector<std::string> cgroups = {};       // every folder that the container is in
  std::vector<std::string> made_cgroups = {};  // that are made for it, outermost first
};

// What is asked for: everything that a plan is made of.
struct Request {
  std::string id = {};
  std::string bundle = {};  // absolute
  Config config = {};
  Choices choices = {};
  Host host = {};
  bool waits_for_start = false;  // `create`
};

// Pure. Throws Failure where what is asked for contradicts itself.
Plan make_plan(const Request& request);

// `exec`: a program in a container that is there.
struct EntryRequest {
  pid_t init = 0;
  Process process = {};
  std::vector<uint64_t> namespaces = {};  // that init is in and ctrun is not
  std::vector<std::string> cgroups = {};
  bool has_seccomp = false;
  bool enters_root = false;  // the container's root is a chroot
  Host host = {};
};
Plan make_entry_plan(const EntryRequest& request);

// Alike steps that follow each other are one line, unless `verbose`: then each step has its id and its calls.
std::string plan_text(const Plan& plan, bool verbose);
std::string plan_json(const Plan& plan);

}  // namespace cttrace::ctrun
