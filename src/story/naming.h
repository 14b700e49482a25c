// What a container, its runtime and its stages are called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cttrace/story.h"

namespace cttrace {

// What a runtime was told, and what it told the kernel.
struct Told {
  std::vector<std::string> argv = {};  // the runtime's
  std::string cgroup = {};             // that was joined; empty: none
  std::string hostname = {};           // that was given; empty: none
  std::vector<std::string> program = {};
};

// The command line without the command at its end that is run.
std::vector<std::string> own_words(const std::vector<std::string>& argv, const std::vector<std::string>& program);

struct Named {
  std::string name = {};     // `called`; otherwise the cgroup's, the hostname, the program's
  std::string called = {};   // what the runtime was told: whoever is told the same, means the same. Empty: nothing
  bool by_hostname = false;  // the hostname alone says so
};

// It is told by an option; by a word of the command line that is in the cgroup, too; by the argument of run or create;
// by a word that became the hostname.
Named named_by(const Told& told);

bool has_word(const std::vector<std::string>& words, const std::string& word);

// "runc create web", "podman run IMAGE": what it is about is not there before.
bool makes_container(const std::vector<std::string>& argv);
// The words name a command, behind "--", which is another one than this.
bool commands_another(const std::vector<std::string>& argv, const std::vector<std::string>& executed);

// A long hexadecimal id: the name itself, or the end of the cgroup; empty: there is none.
std::string long_id(const std::string& name, const std::string& cgroup);

// The first twelve digits of a long hexadecimal id.
std::string short_name(const std::string& name);

// The value of an option: "--bundle B" or "--bundle=B"; empty: it is not given.
std::string option_value(const std::vector<std::string>& argv, std::initializer_list<std::string_view> names);

// "1.1.15" where a part of the path says it: "/opt/runc-1.1.15/bin/runc".
std::string version_in(std::string_view path);

Isolation isolation_of(bool mounts, bool pids);
// `nested`: in a container that is known. `begun_before`: in pid namespaces that were there when tracing began.
std::string kind_in_words(Isolation isolation, bool user_namespace, bool nested, bool begun_before, bool new_root);

}  // namespace cttrace
