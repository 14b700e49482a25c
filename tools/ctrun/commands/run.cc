// `run` and `create`.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <ctime>

#include "act/acts.h"
#include "act/cgroup_tree.h"
#include "act/console.h"
#include "act/hooks.h"
#include "act/seccomp_filter.h"
#include "commands/commands.h"
#include "commands/request.h"
#include "execute/walk.h"
#include "log.h"

namespace cttrace::ctrun {
namespace {

std::string now() {
  timespec time = {};
  clock_gettime(CLOCK_REALTIME, &time);
  tm utc = {};
  gmtime_r(&time.tv_sec, &utc);
  char text[64];
  const size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  snprintf(text + length, sizeof text - length, ".%09ldZ", time.tv_nsec);
  return text;
}

ContainerState new_state(const Request& request, const Plan& plan) {
  const bool chroot_only = request.choices.root == RootBy::kChroot || request.choices.mistake == Mistake::kChrootOnly;
  return {.id = request.id,
          .bundle = request.bundle,
          .rootfs = request.config.rootfs,
          .created = now(),
          .cgroups = plan.cgroups,
          .annotations = request.config.annotations,
          .chroot_only = chroot_only,
          .oci_version = request.config.version};
}

void open_namespaces(Context& context, const Config& config) {
  for (const Namespace& each : config.namespaces) {
    if (each.path.empty()) continue;
    Fd fd(open(each.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw Failure(system_error("open the namespace", each.path));
    context.namespaces[each.path] = std::move(fd);
  }
}

// Also after a failure: what cannot be removed is another line, and the first failure stays the one that counts.
void clean_up(const StateFolder& folder, const ContainerState& state, const Request& request) {
  try {
    remove_cgroups(state.cgroups);
  } catch (const Failure& failure) {
    log_error(failure.error());
  }
  // It is there where the set-up ended between making and removing it.
  if (request.choices.root == RootBy::kPivotFolder) rmdir((state.rootfs + "/" + kOldRoot).c_str());
  run_hooks_to_the_end("poststop", request.config.hooks.poststop, state, "stopped", 0);
  folder.remove();
}

}  // namespace

int run_or_create(const Options& options) {
  const Loaded loaded = load_request(options);
  const Request& request = loaded.request;
  const bool waits = request.waits_for_start;
  const Plan plan = make_plan(request);
  Context context;
  context.state = new_state(request, plan);
  context.process = request.config.process;
  context.preserved_fds = options.preserve_fds;
  open_host(context);
  open_namespaces(context, request.config);
  if (request.config.seccomp) {
    SeccompFilter filter = make_seccomp_filter(*request.config.seccomp);
    context.filter = std::move(filter.program);
    context.filter_flags = filter.flags;
  }
  const Fd terminal_socket = open_terminal(context, options, waits || options.detach);
  context.old_signals = hold_signals();

  const StateFolder folder = StateFolder::create(options.root, request.id);
  context.folder = &folder;
  context.closed_in_children.push_back(folder.lock_fd());
  Fd terminal;
  try {
    folder.write_config(loaded.config_text);
    Walk walk(plan, context, options.journal_fd);
    walk.run();
    if (!options.pid_file.empty()) write_pid_file(options.pid_file, context.init);
    context.terminal.reset();
    if (terminal_socket) terminal = receive_terminal(terminal_socket);
    walk.let_go();
  } catch (...) {
    clean_up(folder, context.state, request);
    throw;
  }
  if (waits || options.detach) return 0;
  folder.unlock();
  const int status = wait_for(context.init, std::move(terminal));
  try {
    folder.lock();
  } catch (const Failure& failure) {
    log_warning(failure.error().line());  // what has ended is to be taken away all the same
  }
  remove_container(folder, context.state);
  return status;
}

int print_plan(const Options& options) {
  const Loaded loaded = load_request(options);
  const Plan plan = make_plan(loaded.request);
  print(options.json ? plan_json(plan) : plan_text(plan, options.verbose));
  return 0;
}

}  // namespace cttrace::ctrun
