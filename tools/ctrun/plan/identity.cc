// Who the program will be, and the hand-over to it.
#include <sys/personality.h>

#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

constexpr Phase kIdentity = Phase::kIdentity;
constexpr Actor kInit = Actor::kInit;

std::vector<unsigned> bits_of(uint64_t bits) {
  std::vector<unsigned> found;
  for (unsigned bit = 0; bit < 64; ++bit)
    if ((bits >> bit) & 1) found.push_back(bit);
  return found;
}

std::string in_brackets(const std::vector<uint32_t>& values) {
  std::string text;
  for (const uint32_t value : values) text += (text.empty() ? "" : ", ") + std::to_string(value);
  return "[" + text + "]";
}

void add_groups(StepList& steps, const IdentityAsked& asked) {
  const User& user = asked.process.user;
  const bool ignored = asked.mistake == Mistake::kSetuidFirst;
  if (asked.may_set_groups || !user.groups.empty())
    steps.add(kIdentity, kInit, "groups",
              user.groups.empty() ? "no additional groups" : "additional groups " + in_brackets(user.groups),
              {{"setgroups", {std::to_string(user.groups.size()), in_brackets(user.groups)}}},
              SetGroups{user.groups, ignored}, ignored);
  const std::string gid = std::to_string(user.gid);
  steps.add(kIdentity, kInit, "gid", "gid " + gid, {{"setresgid", {gid, gid, gid}}}, SetGid{user.gid, ignored},
            ignored);
}

void add_uid(StepList& steps, const IdentityAsked& asked) {
  const std::string uid = std::to_string(asked.process.user.uid);
  steps.add(kIdentity, kInit, "uid", "uid " + uid, {{"setresuid", {uid, uid, uid}}}, SetUid{asked.process.user.uid});
}

void add_ids(StepList& steps, const IdentityAsked& asked) {
  if (asked.mistake == Mistake::kSetuidFirst) {
    add_uid(steps, asked);
    add_groups(steps, asked);
    return;
  }
  const auto keep = [&](bool on) {
    steps.add(kIdentity, kInit, on ? "keep-capabilities" : "keep-no-capabilities",
              on ? "the change of user shall take no capability away" : "and from now on it would again",
              {{"prctl", {"PR_SET_KEEPCAPS", on ? "1" : "0"}}}, KeepCapabilities{on});
  };
  keep(true);
  add_groups(steps, asked);
  add_uid(steps, asked);
  keep(false);
}

void add_bounding(StepList& steps, const IdentityAsked& asked) {
  const uint64_t all = asked.last_capability >= 63 ? ~0ULL : (1ULL << (asked.last_capability + 1)) - 1;
  const std::vector<unsigned> dropped = bits_of(all & ~asked.process.capabilities.bounding);
  if (dropped.empty()) return;
  std::vector<PlannedCall> calls;
  for (const unsigned capability : dropped)
    calls.push_back({"prctl", {"PR_CAPBSET_DROP", capabilities_text(1ULL << capability)}});
  steps.add(kIdentity, kInit, "bounding",
            std::to_string(dropped.size()) + " capabilities dropped from the bounding set", std::move(calls),
            DropBounding{dropped});
}

void add_capabilities(StepList& steps, const IdentityAsked& asked) {
  const Capabilities& sets = asked.process.capabilities;
  const bool ignored = asked.mistake == Mistake::kSetuidFirst;  // the change of user has taken them away
  steps.add(kIdentity, kInit, "capabilities", "effective: " + capabilities_text(sets.effective),
            {{"capset",
              {"{version=_LINUX_CAPABILITY_VERSION_3, pid=0}",
               "{effective=" + capabilities_text(sets.effective) + ", permitted=" + capabilities_text(sets.permitted) +
                   ", inheritable=" + capabilities_text(sets.inheritable) + "}"}}},
            SetCapabilities{sets, ignored}, ignored);
  // The kernel raises what is permitted and inheritable, nothing else.
  const std::vector<unsigned> raised = bits_of(sets.ambient & sets.permitted & sets.inheritable);
  if (raised.empty()) return;
  std::vector<PlannedCall> calls;
  for (const unsigned capability : raised)
    calls.push_back(
        {"prctl", {"PR_CAP_AMBIENT", "PR_CAP_AMBIENT_RAISE", capabilities_text(1ULL << capability), "0", "0"}});
  steps.add(kIdentity, kInit, "ambient",
            "ambient: " + capabilities_text(sets.ambient & sets.permitted & sets.inheritable), std::move(calls),
            RaiseAmbient{raised});
}

void add_no_new_privs(StepList& steps) {
  steps.add(kIdentity, kInit, "no-new-privs", "no execve gives privileges",
            {{"prctl", {"PR_SET_NO_NEW_PRIVS", "1", "0", "0", "0"}}}, SetNoNewPrivs{});
}

void add_seccomp(StepList& steps, bool ignored) {
  steps.add(kIdentity, kInit, "seccomp",
            ignored ? "the filter of system calls; a failure is ignored" : "the filter of system calls",
            {{"seccomp", {"SECCOMP_SET_MODE_FILTER", "<flags>", "<filter>"}}}, LoadSeccomp{ignored}, ignored);
}

void add_labels(StepList& steps, const Process& process) {
  const auto add = [&](const std::string& id, const std::string& file, const std::string& value) {
    steps.add(kIdentity, kInit, id, "label " + value,
              {{"write", {in_quotes("/proc/self/attr/" + file), in_quotes(value)}}}, SetLabel{file, value});
  };
  if (!process.apparmor.empty()) add("apparmor", "apparmor/exec", "exec " + process.apparmor);
  if (!process.selinux.empty()) add("selinux", "exec", process.selinux);
}

void add_execute(StepList& steps, const IdentityAsked& asked) {
  const std::string& program = asked.process.args[0];
  std::string words;
  for (const std::string& word : asked.process.args) words += (words.empty() ? "" : ", ") + in_quotes(word);
  const std::string path =
      program.find('/') == std::string::npos ? in_quotes("<of PATH>/" + program) : in_quotes(program);
  steps.add(Phase::kHandOver, kInit, "execute", "the container's program: " + program,
            {{"execve", {path, "[" + words + "]", "<environment>"}}}, Execute{asked.process.args});
}

}  // namespace

void plan_name(StepList& steps, Actor actor) {
  const std::string name = "ctrun:" + std::string(actor_name(actor));
  steps.add(Phase::kCreate, actor, "name-" + std::string(actor_name(actor)), "calls itself " + name,
            {{"prctl", {"PR_SET_NAME", in_quotes(name)}}}, NameProcess{name});
}

void plan_names(PlanBuilder& builder) {
  const Config& config = builder.config();
  if (!config.hostname.empty())
    builder.add(kIdentity, kInit, "hostname", "hostname " + config.hostname,
                {{"sethostname", {in_quotes(config.hostname), std::to_string(config.hostname.size())}}},
                SetHostname{config.hostname});
  if (!config.domainname.empty())
    builder.add(kIdentity, kInit, "domainname", "domainname " + config.domainname,
                {{"setdomainname", {in_quotes(config.domainname), std::to_string(config.domainname.size())}}},
                SetDomainname{config.domainname});
  if (builder.request().choices.new_keyring) {
    const std::string name = "_ses." + builder.request().id;
    builder.add(kIdentity, kInit, "keyring", "a session keyring of its own",
                {{"keyctl", {"KEYCTL_JOIN_SESSION_KEYRING", in_quotes(name)}}}, NewKeyring{name}, true);
  }
}

void plan_limits(StepList& steps, const Process& process) {
  if (process.limits.empty()) return;
  std::vector<PlannedCall> calls;
  std::string names;
  for (const Limit& limit : process.limits) {
    calls.push_back(
        {"prlimit64",
         {"<init>", limit.name,
          "{rlim_cur=" + std::to_string(limit.soft) + ", rlim_max=" + std::to_string(limit.hard) + "}", "NULL"}});
    names += (names.empty() ? "" : ", ") + limit.name;
  }
  steps.add(kIdentity, Actor::kParent, "limits", "limits: " + names, std::move(calls), ApplyLimits{process.limits});
}

void plan_identity(StepList& steps, const IdentityAsked& asked) {
  const Process& process = asked.process;
  const bool late = asked.mistake == Mistake::kSeccompTooLate;
  const bool no_new_privs = process.no_new_privs && asked.mistake != Mistake::kNoNewPrivsForgotten;
  const bool drops = asked.mistake != Mistake::kCapabilitiesKept;
  if (asked.personality) {
    const std::string name = *asked.personality == PER_LINUX ? "PER_LINUX" : "PER_LINUX32";
    steps.add(kIdentity, kInit, "personality", "personality " + name, {{"personality", {name}}},
              SetPersonality{*asked.personality});
  }
  const bool outside = asked.mistake == Mistake::kCwdOutside;
  steps.add(kIdentity, kInit, "cwd",
            outside ? "the working folder is the host's /" : "the working folder is " + process.cwd,
            {outside ? PlannedCall{"fchdir", {"<the host's />"}} : PlannedCall{"chdir", {in_quotes(process.cwd)}}},
            ChangeFolder{process.cwd, outside});
  add_labels(steps, process);
  if (no_new_privs && !late) add_no_new_privs(steps);
  // Without no_new_privs the kernel wants CAP_SYS_ADMIN for it, which goes away below.
  if (asked.seccomp && !late && !no_new_privs) add_seccomp(steps, false);
  if (drops) add_bounding(steps, asked);
  add_ids(steps, asked);
  if (drops) add_capabilities(steps, asked);
  const uint32_t mask = process.user.umask.value_or(022);
  steps.add(kIdentity, kInit, "umask", "umask " + octal(mask), {{"umask", {octal(mask)}}}, SetUmask{mask});
  const bool leaks = asked.mistake == Mistake::kLeakedFd;
  std::vector<PlannedCall> closing = {{"close_range", {"<first>", "4294967295", "CLOSE_RANGE_CLOEXEC"}}};
  if (leaks) closing.push_back({"fcntl", {"<the host's />", "F_SETFD", "0"}});
  steps.add(Phase::kHandOver, kInit, "close-descriptors",
            leaks ? "one of the host's / is left open" : "what ctrun has open ends with it",
            {{"close_range", {"<first>", "4294967295", "CLOSE_RANGE_CLOEXEC"}}}, CloseDescriptors{leaks});
  if (asked.waits_for_start)
    steps.add(Phase::kHandOver, kInit, "wait-for-start", "until somebody starts the container", {}, WaitForStart{});
  if (asked.start_hooks) plan_hooks(steps, kInit, "startContainer", *asked.start_hooks, "created");
  if (asked.seccomp && (late || no_new_privs)) add_seccomp(steps, late);
  if (late && no_new_privs) add_no_new_privs(steps);
  add_execute(steps, asked);
}

}  // namespace cttrace::ctrun
