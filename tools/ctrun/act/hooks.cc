// Running hooks.
#include "act/hooks.h"

#include "act/acts.h"
#include "act/run_program.h"
#include "log.h"

namespace cttrace::ctrun {
namespace {

void run_hook(const std::string& kind, const Hook& hook, const std::string& state) {
  run_program({.path = hook.path,
               .args = hook.args.empty() ? std::vector<std::string>{hook.path} : hook.args,
               .env = hook.env,
               .inherits_env = false,
               .input = state,
               .timeout_s = hook.timeout_s,
               .called = "the " + kind + " hook " + hook.path});
}

}  // namespace

void run_hooks(const std::string& kind, const std::vector<Hook>& hooks, const ContainerState& state,
               const std::string& status, pid_t pid) {
  if (hooks.empty()) return;
  const std::string told = oci_state(state, status, pid);
  for (const Hook& hook : hooks) run_hook(kind, hook, told);
}

void run_hooks_to_the_end(const std::string& kind, const std::vector<Hook>& hooks, const ContainerState& state,
                          const std::string& status, pid_t pid) {
  if (hooks.empty()) return;
  const std::string told = oci_state(state, status, pid);
  for (const Hook& hook : hooks) {
    try {
      run_hook(kind, hook, told);
    } catch (const Failure& failure) {
      log_warning(failure.error().line());
    }
  }
}

Outcome act(Context& context, const RunHooks& step) {
  const auto run = step.kind == "poststart" ? run_hooks_to_the_end : run_hooks;
  run(step.kind, step.hooks, context.state, step.status, context.init);
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
