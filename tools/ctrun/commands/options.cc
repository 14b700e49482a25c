// Commands and options, by CLI11.
#include "commands/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/error.h"
#include "version.h"

namespace cttrace::ctrun {
namespace {

std::string default_root() {
  const char* runtime_folder = getenv("XDG_RUNTIME_DIR");
  if (geteuid() == 0) return "/run/ctrun";
  return runtime_folder ? std::string(runtime_folder) + "/ctrun" : "/tmp/ctrun-" + std::to_string(geteuid());
}

// How a container is made. Known before and after the command: a manager has its arguments for the runtime come first.
void add_choices(CLI::App& app, Options& options) {
  const auto add = [&](const char* name, const char* values, const char* help) {
    app.add_option_function<std::string>(
           std::string("--") + name,
           [&options, name](const std::string& value) { choose(options.choices, name, value); }, help)
        ->type_name(values)
        ->group("How (all hand over the same container)");
  };
  add("create-by", "clone|clone3|unshare", "how init and its namespaces are made");
  add("mount-by", "fd|path|new", "mount(2) on /proc/self/fd/N, on paths, or fsopen to move_mount");
  add("root-by", "pivot|pivot-folder|move|chroot", "how the root file system becomes the root");
  add("devices-by", "mknod|bind|devtmpfs", "where device nodes come from");
  add("mistake", "NAME", "a deliberate mistake: see `ctrun mistakes`");
  add("net", "none|host|veth:ADDR/LEN", "the network; veth: an interface with that address");
  app.add_option("--journal", options.journal_fd, "each step as it was done, as JSON lines, to this descriptor")
      ->type_name("FD");
}

void add_globals(CLI::App& app, Options& options) {
  options.root = default_root();
  app.add_option("--root", options.root, "where containers' states are kept")->type_name("DIR");
  app.add_option("--log", options.log.path, "errors go there too")->type_name("FILE");
  app.add_option_function<std::string>(
         "--log-format",
         [&options](const std::string& value) {
           if (value != "text" && value != "json")
             throw Failure(Error{
                 .what = "use --log-format", .subject = value, .why = "it is neither text nor json", .exit_status = 2});
           options.log.json = value == "json";
         },
         "text or json")
      ->type_name("text|json");
  app.add_flag("--systemd-cgroup", options.systemd_cgroup, "refused: ctrun makes cgroups itself");
  add_choices(app, options);
}

void add_id(CLI::App* command, Options& options, bool required = true) {
  command->add_option("id", options.id, "the container's name")->required(required)->type_name("ID");
}

void add_container(CLI::App* command, Options& options) {
  command->add_option("-b,--bundle", options.bundle, "the folder with config.json; default: this one")
      ->type_name("DIR");
  command->add_option("--rootfs", options.rootfs, "a container without a bundle, of this root file system")
      ->type_name("DIR");
  command->add_option("--hostname", options.hostname, "without a bundle: its name");
  command->add_flag("--read-only", options.read_only, "without a bundle: nothing can be written but in tmpfs");
  command->add_option("-e,--env", options.env, "without a bundle: NAME=VALUE")->type_name("NAME=VALUE");
  command->add_option("--cwd", options.cwd, "without a bundle: the working folder")->type_name("DIR");
  command->add_option("-u,--user", options.user, "without a bundle: UID[:GID]")->type_name("UID[:GID]");
  command->add_flag("-t,--tty", options.tty, "without a bundle: a terminal");
  command->add_flag("--no-pivot", options.no_pivot, "the same as --root-by move");
  command->add_flag_function(
      "--no-new-keyring", [&options](int64_t) { options.choices.new_keyring = false; },
      "the container keeps ctrun's session keyring");
}

void add_running(CLI::App* command, Options& options) {
  command->add_option("--pid-file", options.pid_file, "the pid goes there")->type_name("FILE");
  command->add_option("--console-socket", options.console_socket, "a socket that takes the terminal's other end")
      ->type_name("PATH");
  command->add_option("--preserve-fds", options.preserve_fds, "this many descriptors, from 3 on, go to the program")
      ->type_name("N");
}

void add_exec(CLI::App* command, Options& options) {
  add_running(command, options);
  command
      ->add_option_function<std::string>(
          "-p,--process", [&options](const std::string& path) { options.process_file = path; }, "the process as JSON")
      ->type_name("FILE");
  command->add_flag("-d,--detach", options.detach, "do not wait for its end");
  command->add_flag("-t,--tty", options.tty, "a terminal");
  command->add_option("-e,--env", options.env, "NAME=VALUE")->type_name("NAME=VALUE");
  command->add_option("--cwd", options.cwd, "the working folder")->type_name("DIR");
  command->add_option("-u,--user", options.user, "UID[:GID]")->type_name("UID[:GID]");
  command->add_option("-g,--additional-gids", options.groups, "additional groups")->type_name("GID");
  command->add_option("-c,--cap", options.capabilities, "a capability that it also has")->type_name("NAME");
  command->add_flag("--no-new-privs", options.no_new_privs, "set no_new_privs");
  add_id(command, options);
  command->prefix_command();
}

struct Commands {
  std::map<CLI::App*, Command> all = {};
  CLI::App* exec = nullptr;
};

Commands add_commands(CLI::App& app, Options& options) {
  Commands commands;
  const auto add = [&](const char* name, Command command, const char* help) {
    CLI::App* made = app.add_subcommand(name, help);
    made->fallthrough();
    commands.all[made] = command;
    return made;
  };
  CLI::App* run = add("run", Command::kRun, "create a container, start it, and wait for its end");
  add_container(run, options);
  add_running(run, options);
  run->add_flag("-d,--detach", options.detach, "do not wait for its end");
  add_id(run, options, false);
  CLI::App* create = add("create", Command::kCreate, "create a container; `start` has its program run");
  add_container(create, options);
  add_running(create, options);
  add_id(create, options);
  add_id(add("start", Command::kStart, "have the program of a created container run"), options);
  commands.exec = add("exec", Command::kExec, "run another program in a container");
  // The words after its own are the program's, also those that look like options.
  commands.exec->fallthrough(false);
  add_exec(commands.exec, options);
  add_id(add("state", Command::kState, "print the state as JSON"), options);
  CLI::App* kill = add("kill", Command::kKill, "send a signal to the container's first process");
  kill->add_flag("-a,--all", options.all, "to all of its processes");
  add_id(kill, options);
  kill->add_option("signal", options.signal, "its name or number; default: SIGTERM")->type_name("SIGNAL");
  CLI::App* remove = add("delete", Command::kDelete, "remove what is left of a container");
  remove->add_flag("-f,--force", options.force, "kill it first; it is no error where there is none");
  add_id(remove, options);
  CLI::App* list = add("list", Command::kList, "print all containers");
  list->add_flag("-q,--quiet", options.quiet, "names only");
  CLI::App* processes = add("ps", Command::kPs, "print the pids of a container");
  add_id(processes, options);
  for (CLI::App* each : {list, processes})
    each->add_option_function<std::string>(
            "-f,--format", [&options](const std::string& value) { options.json = value == "json"; }, "table or json")
        ->type_name("table|json");
  add_id(add("pause", Command::kPause, "freeze all processes of a container"), options);
  add_id(add("resume", Command::kResume, "thaw them"), options);
  CLI::App* spec = add("spec", Command::kSpec, "write a config.json to begin with");
  spec->add_option("-b,--bundle", options.bundle, "the folder; default: this one")->type_name("DIR");
  spec->add_flag("--rootless", options.rootless, "for an ordinary user");
  add("features", Command::kFeatures, "print what ctrun can do, as JSON");
  CLI::App* plan = add("plan", Command::kPlan, "print the steps of `run` or `create`, and do nothing");
  add_container(plan, options);
  plan->add_flag("--json", options.json, "as JSON");
  plan->add_flag("-v,--verbose", options.verbose, "each step by itself, with its id and its system calls");
  plan->add_flag_function(
      "--create", [&options](int64_t) { options.detach = true; }, "of `create`: init waits to be started");
  add_id(plan, options, false);
  add("mistakes", Command::kMistakes, "list the deliberate mistakes");
  return commands;
}

[[noreturn]] void usage(const std::string& why) {
  throw Failure(Error{
      .what = "understand", .subject = "the command line", .why = why, .remedy = "ctrun --help", .exit_status = 2});
}

// CLI11 says of a word that is no subcommand that there is none.
std::string why_not_understood(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return error.what();
  return "there is no subcommand " + words.front();
}

void take_choices_into_account(Options& options) {
  if (options.no_pivot && options.choices.root == RootBy::kPivot) options.choices.root = RootBy::kMove;
  if (options.preserve_fds < 0) usage("--preserve-fds must not be negative");
  const bool creates =
      options.command == Command::kRun || options.command == Command::kCreate || options.command == Command::kPlan;
  if (!creates) return;
  if (options.rootfs.empty() && !options.words.empty()) usage("a command needs --rootfs: a bundle has its own");
  if (options.id.empty() && options.rootfs.empty() && options.command != Command::kPlan)
    usage("the container's name is missing");
  if (options.id.empty())
    options.id = options.command == Command::kPlan ? "planned" : "ctrun-" + std::to_string(getpid());
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& status) {
  Options options;
  CLI::App app("ctrun: a small OCI runtime that says what it does", "ctrun");
  app.set_version_flag("-v,--version", std::string("ctrun version ") + kVersion + "\nspec: 1.0.2");
  app.require_subcommand(1);
  add_globals(app, options);
  const Commands commands = add_commands(app, options);
  // What follows -- is the program's: CLI11 would take it for names of containers.
  char** const end = argv + argc;
  char** const dashes = std::find_if(argv, end, [](const char* word) { return std::string(word) == "--"; });
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) usage(why_not_understood(app, error));
    status = app.exit(error);
    return std::nullopt;
  }
  for (const auto& [each, command] : commands.all)
    if (each->parsed()) options.command = command;
  options.words = commands.exec->remaining();
  if (dashes != end) options.words.insert(options.words.end(), dashes + 1, end);
  take_choices_into_account(options);
  return options;
}

}  // namespace cttrace::ctrun
