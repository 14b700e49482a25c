// One function a command; each returns the exit status, and throws a Failure where it cannot do what was asked.
#pragma once

#include "act/context.h"
#include "commands/options.h"
#include "config/config.h"

namespace cttrace::ctrun {

int run_or_create(const Options& options);
int print_plan(const Options& options);
int start(const Options& options);
int exec(const Options& options);
int print_state(const Options& options);
int list(const Options& options);
int print_processes(const Options& options);
int kill_container(const Options& options);
int delete_container(const Options& options);
int pause_container(const Options& options, bool frozen);
int write_spec(const Options& options);
int print_features();
int print_mistakes();

// --- shared by several commands ---

void print(const std::string& text);
// "1000:100" into the process. Throws Failure.
void take_user(Process& process, const std::string& user);
void write_pid_file(const std::string& path, pid_t pid);
// Descriptors that every set-up needs.
void open_host(Context& context);
// For a program that has one: what the set-up makes its terminal with. The other end, where ctrun keeps it. `leaves`:
// ctrun ends before the program does. Throws Failure where nobody would hold the other end, and where --console-socket
// is given and the program has none.
Fd open_terminal(Context& context, const Options& options, bool leaves);
// SIGINT and its like wait until somebody asks for them: nothing that is half made may be left. What was blocked
// before.
sigset_t hold_signals();
// Until it ends: forwards signals to it, and its terminal's bytes. Its exit status as a shell has it.
int wait_for(pid_t pid, Fd terminal);
// Cgroups, hooks of poststop, and the folder.
void remove_container(const StateFolder& folder, const ContainerState& state);

}  // namespace cttrace::ctrun
