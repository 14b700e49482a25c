#include "world.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

namespace cttrace::oracle {
namespace {

namespace fs = std::filesystem;

constexpr int kActors = 4;
constexpr std::string_view kOfActorsAlone[] = {"spawn", "pass", "setns", "exit", "unshare"};
constexpr int kStrangers = 8;  // the number of the one beside actor 0

std::string of(pid_t tid, const char* name) { return "/proc/" + std::to_string(tid) + "/" + name; }

Fd open_pidfd(pid_t tgid) {
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, tgid, 0)));
  if (!pidfd) give_up_errno("pidfd_open");
  return pidfd;
}

void await_end(const Fd& pidfd) {
  pollfd end = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  while (poll(&end, 1, -1) < 0 && errno == EINTR) continue;
}

// A thread of `tgid` by its id in its own pid namespace.
pid_t thread_of(pid_t tgid, long own_tid) {
  for (const fs::directory_entry& entry : fs::directory_iterator(of(tgid, "task"))) {
    std::ifstream status(entry.path() / "status");
    for (std::string line; std::getline(status, line);) {
      if (!line.starts_with("NSpid:")) continue;
      if (std::stol(line.substr(line.find_last_of(" \t") + 1)) == own_tid) return std::stoi(entry.path().filename());
    }
  }
  give_up("a thread of " + std::to_string(tgid) + " has gone");
}

void write_file(const std::string& path, const std::string& text) {
  const Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!write_all(file.get(), text, path)) give_up_errno(path);
}

// A new user namespace gets its maps from a process in its parent, and by the host's /proc: an actor's may be anywhere.
void write_maps(pid_t tid) {
  const Fd ns(open(of(tid, "ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  const Fd parent(ioctl(ns.get(), NS_GET_PARENT));
  if (!parent) give_up_errno("the parent of a user namespace");
  const pid_t writer = fork();
  if (writer < 0) give_up_errno("fork");
  if (writer == 0) {
    setns(parent.get(), CLONE_NEWUSER);  // fails where it is ours
    for (const char* name : {"uid_map", "gid_map"}) write_file(of(tid, name), "0 0 4294967295");
    _exit(0);
  }
  int status;
  if (waitpid(writer, &status, 0) != writer || status != 0) give_up("a user namespace got no maps");
}

// A user namespace for mounts with mapped ids: its process need not live.
Fd make_user_namespace() {
  const long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) give_up_errno("clone a user namespace");
  if (pid == 0) {
    while (true) pause();
  }
  write_file(of(static_cast<pid_t>(pid), "uid_map"), "0 100000 65536");
  write_file(of(static_cast<pid_t>(pid), "gid_map"), "0 100000 65536");
  Fd ns(open(of(static_cast<pid_t>(pid), "ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  kill(static_cast<pid_t>(pid), SIGKILL);
  waitpid(static_cast<pid_t>(pid), nullptr, 0);
  return ns;
}

// An id map, where what is asked for takes one.
Fd user_namespace_for(const std::vector<std::string>& words) {
  const auto takes_one = [](const std::string& word) { return word.find("MOUNT_ATTR_IDMAP") != word.npos; };
  return std::ranges::any_of(words, takes_one) ? make_user_namespace() : Fd();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

std::string World::label() const { return "o" + std::to_string(number_) + "." + std::to_string(operation_); }

World::Actor World::greet(Channel channel) const {
  const Answer hello = channel.receive();
  if (hello.kind != "hello") give_up("a new actor did not say hello");
  Actor actor;
  actor.tgid = hello.tgid;
  actor.tid = thread_of(hello.tgid, hello.number);
  actor.pidfd = open_pidfd(hello.tgid);
  actor.channel = std::move(channel);
  return actor;
}

void World::set_ids(pid_t tid) const {
  std::ifstream map(of(tid, "uid_map"));
  if (map.peek() == std::ifstream::traits_type::eof()) write_maps(tid);
}

void World::play(const Sequence& sequence) {
  fprintf(results_, "S %zu %s\n", number_, sequence.name.c_str());
  auto [channel, theirs] = Channel::make();
  if (!stage_.send("s" + std::to_string(number_) + " world", theirs.get())) give_up("the stage has ended");
  const Answer made = stage_.receive();
  if (made.kind != "did" || made.number != 0) give_up("no world could be made");
  theirs.reset();
  keeper_ = greet(std::move(channel));
  keeper_.channel.send("go");

  auto [first, its] = Channel::make();
  fprintf(results_, "O 0 setup\n");
  keeper_.channel.send(label() + " spawn fork", its.get());
  its.reset();
  Actor actor = greet(std::move(first));
  const long result = keeper_.channel.receive().number;
  actor.channel.send("go");
  fprintf(results_, "R %ld\nA 0 %d\n", result, actor.tid);
  actors_.emplace(0, std::move(actor));
  observe();

  for (const std::string& line : sequence.operations) {
    ++operation_;
    if (!operation(line)) break;
  }
  // Says to the trace that the last operation is over.
  keeper_.channel.send("e" + std::to_string(number_) + " close f0");
  keeper_.channel.receive();
  kill(keeper_.tgid, SIGKILL);
  // The keeper's end waits for them to be reaped.
  for (const auto& [beside, stranger] : strangers_) waitpid(stranger.tgid, nullptr, 0);
  await_end(keeper_.pidfd);
  fprintf(results_, "E\n");
}

bool World::operation(const std::string& line) {
  Words words = split(line, ' ');
  if (words.size() < 2) give_up("no operation: " + line);
  const int number = atoi(words[0].c_str());
  const bool is_stranger = number >= kStrangers;
  const int who = is_stranger ? number - kStrangers : number;
  if (actors_.contains(who)) {
    const View view = view_of(who);
    for (std::string& word : words) word = resolve(word, view);
  }
  fprintf(results_, "O %zu %s\n", operation_, joined(words).c_str());
  words.erase(words.begin());
  std::optional<long> result;
  if (actors_.contains(who)) result = is_stranger ? perform_as_stranger(who, words) : perform(who, words);
  if (!result) {
    fprintf(results_, "R skipped\n");
    return true;
  }
  fprintf(results_, "R %ld\n", *result);
  bury();
  return observe();
}

long World::ask(const Actor& actor, const Words& words, int fd) const {
  if (!actor.channel.send(label() + " " + joined(words), fd)) give_up("actor has ended: " + joined(words));
  const Answer answer = actor.channel.receive();
  if (answer.kind != "did") give_up("actor ended in: " + joined(words));
  return answer.number;
}

// Says to the trace what comes next, where nobody does it who is traced.
void World::say_label() const { ask(keeper_, {"close", "f0"}); }

// In the world's other namespaces (its parent ends, and we adopt it), as if it had been there before; in its own mount
// namespace as yet.
const World::Actor& World::stranger_beside(int who) {
  const auto known = strangers_.find(who);
  if (known != strangers_.end()) return known->second;
  auto [channel, theirs] = Channel::make();
  const std::string program = fs::read_symlink("/proc/self/exe").parent_path() / "oracle_actor";
  const std::string number = std::to_string(theirs.get());
  const pid_t maker = fork();
  if (maker < 0) give_up_errno("fork");
  if (maker == 0) {
    const bool entered = setns(keeper_.pidfd.get(), CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC) == 0 &&
                         fcntl(theirs.get(), F_SETFD, 0) == 0;
    if (entered && fork() == 0) execl(program.c_str(), program.c_str(), "stranger", number.c_str(), nullptr);
    _exit(!entered);
  }
  theirs.reset();
  waitpid(maker, nullptr, 0);
  Actor stranger = greet(std::move(channel));
  stranger.channel.send("go");
  return strangers_.emplace(who, std::move(stranger)).first->second;
}

namespace {

// Another mount lies on all of it.
bool is_covered(const std::string& mountinfo, uint64_t mount_id) {
  std::map<uint64_t, std::string> places;
  std::vector<std::pair<uint64_t, std::string>> mounted;  // on which mount, and where
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    uint64_t id = 0, parent = 0;
    std::string device, root, place;
    words >> id >> parent >> device >> root >> place;
    places[id] = place;
    mounted.emplace_back(parent, place);
  }
  const auto own = places.find(mount_id);
  return own != places.end() && std::ranges::count(mounted, std::pair(mount_id, own->second)) != 0;
}

}  // namespace

// What changes no mounts nobody would tell of.
std::optional<long> World::perform_as_stranger(int beside, const Words& words) {
  const auto actor = actors_.find(beside);
  if (actor == actors_.end() || std::ranges::count(kOfActorsAlone, words[0])) return std::nullopt;
  const pid_t tid = actor->second.tid;
  // On which of several roots, or other mounts, that lie on each other it is nobody tells.
  const SeenActor& seen = seen_.actors.at(tid);
  const SeenNamespace& there = seen_.namespaces.at(seen.mount_ns);
  if (seen.root.path == "/" && seen.root.mount_id != there.root.mount_id) return std::nullopt;
  if (is_covered(there.mountinfo, seen.cwd.mount_id)) return std::nullopt;
  const Actor& stranger = stranger_beside(beside);
  say_label();  // now: that it leaves the namespace that it was in is a part of this
  if (ask(stranger, {"setns", "CLONE_NEWNS"}, observer_.open_file(tid, "ns/mnt").get()) != 0) give_up("setns");
  if (ask(stranger, {"root"}, observer_.open_file(tid, "root").get()) != 0) give_up("root");
  if (ask(stranger, {"cwd"}, observer_.open_file(tid, "cwd").get()) != 0) give_up("cwd");
  return ask(stranger, words, user_namespace_for(words).get());
}

// Nothing: there is no such thing to do now.
std::optional<long> World::perform(int who, Words& words) {
  const std::string& name = words[0];
  if (name == "spawn") return spawn(who, words);
  if (name == "pass") return pass(who, words);
  if (name == "setns") return join(who, words);
  if (name == "exit") return leave(who);
  const long result = ask(actors_.at(who), words, user_namespace_for(words).get());
  if (name == "unshare" && result == 0) set_ids(actors_.at(who).tid);
  return result;
}

// spawn ACTOR KIND
std::optional<long> World::spawn(int who, const Words& words) {
  if (words.size() != 3) return std::nullopt;
  const int number = atoi(words[1].c_str());
  if (number < 0 || number >= kActors || actors_.contains(number)) return std::nullopt;
  auto [channel, theirs] = Channel::make();
  const Actor& parent = actors_.at(who);
  if (!parent.channel.send(label() + " spawn " + words[2], theirs.get())) give_up("an actor has ended");
  const Answer answer = parent.channel.receive();
  theirs.reset();
  if (answer.number != 0) return answer.number;
  Actor actor = greet(std::move(channel));
  set_ids(actor.tid);
  actor.channel.send("go");
  fprintf(results_, "A %d %d\n", number, actor.tid);
  actors_.emplace(number, std::move(actor));
  return 0;
}

// pass SLOT ACTOR SLOT
std::optional<long> World::pass(int who, const Words& words) {
  if (words.size() != 4) return std::nullopt;
  const int to = atoi(words[2].c_str());
  if (!actors_.contains(to)) return std::nullopt;
  const Actor& giver = actors_.at(who);
  if (!giver.channel.send(label() + " give " + words[1])) give_up("an actor has ended");
  const Answer given = giver.channel.receive();
  if (given.number != 0) return given.number;
  return ask(actors_.at(to), {"take", words[3]}, given.fd.get());
}

// setns ACTOR (mnt | user | pidfd) FLAGS
std::optional<long> World::join(int who, const Words& words) {
  if (words.size() != 4) return std::nullopt;
  const auto to = actors_.find(atoi(words[1].c_str()));
  if (to == actors_.end()) return std::nullopt;
  const Fd fd = words[2] == "pidfd" ? open_pidfd(to->second.tgid)
                                    : observer_.open_file(to->second.tid, ("ns/" + words[2]).c_str());
  return ask(actors_.at(who), {"setns", words[3]}, fd.get());
}

std::optional<long> World::leave(int who) {
  const Actor& actor = actors_.at(who);
  actor.channel.send(label() + " exit");
  if (actor.tid == actor.tgid) {
    await_end(actor.pidfd);
  } else {
    while (alive(actor)) sched_yield();  // nothing tells of the end of a thread on every kernel
  }
  return 0;
}

bool World::alive(const Actor& actor) const {
  pollfd end = {.fd = actor.pidfd.get(), .events = POLLIN, .revents = 0};
  if (poll(&end, 1, 0) == 1) return false;
  return actor.tid == actor.tgid || fs::exists(of(actor.tgid, "task/") + std::to_string(actor.tid));
}

void World::bury() {
  std::erase_if(actors_, [this](const auto& entry) {
    if (alive(entry.second)) return false;
    fprintf(results_, "X %d\n", entry.first);
    return true;
  });
}

View World::view_of(int who) const {
  const SeenActor& actor = seen_.actors.at(actors_.at(who).tid);
  const SeenNamespace& ns = seen_.namespaces.at(actor.mount_ns);
  View view{actor.root == ns.root ? ns.mountinfo : actor.mountinfo, ""};
  const std::string root = actor.root.path == "/" ? "" : actor.root.path;
  if (actor.cwd.path == actor.root.path)
    view.cwd = "/";
  else if (actor.cwd.path.starts_with(root + "/"))
    view.cwd = actor.cwd.path.substr(root.size());
  return view;
}

bool World::observe() {
  std::vector<pid_t> tids;
  for (const auto& [number, actor] : actors_) tids.push_back(actor.tid);
  Observation now = observer_.observe(tids);
  const auto is_large = [](const auto& seen) { return seen.second.mountinfo.size() > kLargestTable_bytes; };
  if (std::ranges::any_of(now.namespaces, is_large) || std::ranges::any_of(now.actors, is_large)) {
    fprintf(results_, "G\n.\n");
    return false;
  }
  for (const auto& [inode, ns] : now.namespaces) {
    const auto before = seen_.namespaces.find(inode);
    if (before != seen_.namespaces.end() && before->second == ns) continue;
    fprintf(results_, "N %lu %u %s %zu\n%s", inode, ns.root.mount_id, escape(ns.root.path).c_str(), ns.mountinfo.size(),
            ns.mountinfo.c_str());
  }
  for (const auto& [number, actor] : actors_) {
    const SeenActor& it = now.actors.at(actor.tid);
    const auto before = seen_.actors.find(actor.tid);
    if (before != seen_.actors.end() && before->second == it) continue;
    fprintf(results_, "U %d %lu %u %s %u %s %zu\n%s", number, it.mount_ns, it.root.mount_id,
            escape(it.root.path).c_str(), it.cwd.mount_id, escape(it.cwd.path).c_str(), it.mountinfo.size(),
            it.mountinfo.c_str());
  }
  fprintf(results_, ".\n");
  seen_ = std::move(now);
  return true;
}

}  // namespace cttrace::oracle
