// `exec`: another program in a container.
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/console.h"
#include "act/seccomp_filter.h"
#include "commands/commands.h"
#include "config/names.h"
#include "execute/walk.h"

namespace cttrace::ctrun {
namespace {

constexpr size_t kProcessFileMost_bytes = 16 << 20;
// As runc's, whose users tell it from their program's own.
constexpr int kFailed = 255;

Process wanted_process(const Options& options, const Config& config) {
  if (options.process_file) {
    const Result<std::string> text = read_file(*options.process_file, kProcessFileMost_bytes);
    if (!text) throw Failure(text.error());
    return parse_process(*text, *options.process_file);
  }
  Process process = config.process;
  if (options.words.empty())
    throw Failure(Error{.what = "execute",
                        .subject = "nothing",
                        .why = "the command is missing",
                        .remedy = "ctrun exec ID COMMAND",
                        .exit_status = 2});
  process.args = options.words;
  process.limits.clear();
  process.terminal = options.tty;
  for (const std::string& each : options.env) process.env.push_back(each);
  if (!options.cwd.empty()) process.cwd = options.cwd;
  take_user(process, options.user);
  for (const uint32_t group : options.groups) process.user.groups.push_back(group);
  process.no_new_privs = process.no_new_privs || options.no_new_privs;
  for (const std::string& name : options.capabilities) {
    const std::optional<uint64_t> bit = capability_by_name(name);
    if (!bit)
      throw Failure(
          Error{.what = "use --cap", .subject = name, .why = "there is no capability of that name", .exit_status = 2});
    Capabilities& sets = process.capabilities;
    for (uint64_t* set : {&sets.bounding, &sets.effective, &sets.permitted}) *set |= *bit;
  }
  return process;
}

ino_t namespace_of(const std::string& process, const NamespaceKind& kind) {
  struct stat found = {};
  const std::string path = "/proc/" + process + "/ns/" + std::string(kind.proc);
  return stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

// What init is in and ctrun is not, held open: it may end meanwhile.
std::vector<uint64_t> open_namespaces(Context& context, pid_t init) {
  std::vector<uint64_t> types;
  const std::string pid = std::to_string(init);
  for (const NamespaceKind& kind : namespace_kinds()) {
    const ino_t theirs = namespace_of(pid, kind);
    if (theirs == 0 || theirs == namespace_of("self", kind)) continue;
    const std::string path = "/proc/" + pid + "/ns/" + std::string(kind.proc);
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw Failure(system_error("open the namespace", path));
    context.namespaces[path] = std::move(fd);
    types.push_back(kind.flag);
  }
  context.process_root.reset(open(("/proc/" + pid + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!context.process_root) throw Failure(system_error("open the root of", "the container"));
  return types;
}

struct Running {
  pid_t pid = 0;
  Fd terminal_socket = {};
};

Running enter(const Options& options) {
  const StateFolder folder = StateFolder::open(options.root, options.id, false);
  const std::optional<ContainerState> state = folder.load();
  const ContainerStatus status = state ? status_of(folder, *state) : ContainerStatus::kCreating;
  if (status != ContainerStatus::kRunning && status != ContainerStatus::kCreated)
    throw Failure(
        Error{.what = "exec in container", .subject = options.id, .why = "container is " + status_name(status)});
  const Config config = parse_config(folder.read_config());
  Context context;
  context.state = *state;
  context.folder = &folder;
  context.process = wanted_process(options, config);
  context.preserved_fds = options.preserve_fds;
  open_host(context);
  const EntryRequest request{.init = state->pid,
                             .process = context.process,
                             .namespaces = open_namespaces(context, state->pid),
                             .cgroups = state->cgroups,
                             .has_seccomp = config.seccomp.has_value(),
                             .enters_root = state->chroot_only,
                             .host = read_host()};
  if (config.seccomp) {
    SeccompFilter filter = make_seccomp_filter(*config.seccomp);
    context.filter = std::move(filter.program);
    context.filter_flags = filter.flags;
  }
  Running running;
  running.terminal_socket = open_terminal(context, options, options.detach);
  context.old_signals = hold_signals();
  const Plan plan = make_entry_plan(request);
  Walk walk(plan, context, options.journal_fd);
  walk.run();
  if (!options.pid_file.empty()) write_pid_file(options.pid_file, context.init);
  walk.let_go();
  running.pid = context.init;
  return running;
}

}  // namespace

int exec(const Options& options) {
  Running running;
  try {
    running = enter(options);
  } catch (const Failure& failure) {
    Error error = failure.error();
    if (error.exit_status == 1) error.exit_status = kFailed;
    throw Failure(error);
  }
  if (options.detach) return 0;
  Fd terminal = running.terminal_socket ? receive_terminal(running.terminal_socket) : Fd();
  return wait_for(running.pid, std::move(terminal));
}

}  // namespace cttrace::ctrun
