// The parts that make a task's records, and what they share.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "source/ptrace/arguments.h"
#include "source/ptrace/capture.h"
#include "source/ptrace/files.h"
#include "source/ptrace/mount_views.h"
#include "source/ptrace/record_maker.h"

namespace cttrace::ptrace {

// None: it has gone.
std::optional<Tracee> adopt_task(uint32_t tid);

struct Capture::State {
  State(const Selection& selection, RecordSink sink, uint32_t filters);

  RecordMaker maker;
  MemoryFiles memories;
  MountViews views;
  Files files{views};
  std::vector<ct_row> rows;             // by index in syscall_rows()
  std::vector<bool> wanted[kAbiCount];  // by number
  uint32_t own_filters;
  std::set<uint32_t> processes;       // that are traced
  std::set<uint32_t> node_makers;     // those that have made a node, in whatever thread, since their program began
  std::vector<uint32_t> told_tables;  // mount namespaces
  uint32_t own_pid_ns = 0;            // cttrace's
  bool own_pid_ns_is_first = false;   // the host's
  Reading reading;                    // of the last argument

  // --- calls (calls.cc)
  const ct_row* find_row(Tracee& tracee, CallAtEntry& call);
  bool enter(Tracee& tracee, CallAtEntry& call);
  void exit(Tracee& tracee, const CallAtEntry& call, int64_t ret, uint32_t flags);
  bool capture_at_entry(Tracee& tracee, const ArgumentsOf& call, size_t index);
  void capture_at_exit(Tracee& tracee, const ArgumentsOf& call, size_t index, const CallAtEntry& entry);
  void capture_reading(const ct_row& row, size_t index);
  void keep_words(Tracee& tracee, const CallAtEntry& call, int64_t ret);
  void tell_last_words(Tracee& tracee);
  void capture_written_pidfd(Tracee& tracee, const ArgumentsOf& call);

  // --- files and where paths begin (paths.cc)
  // False: it may not be told.
  bool capture_file(Tracee& tracee, uint8_t arg, ct_capture_kind kind, Files::Where where, int fd = -1);
  void capture_closed(Tracee& tracee, int fd);
  bool capture_held(Tracee& tracee);
  bool capture_magic(Tracee& tracee, uint8_t arg, std::string_view path);
  void capture_path_places(Tracee& tracee, uint8_t arg, int dirfd, bool at_cwd);
  std::string target_of(Tracee& tracee, const ArgumentsOf& call);

  // --- what a call has made of its caller (aftermath.cc)
  void remember(Tracee& tracee, const CallAtEntry& call, int64_t ret);
  FsContext picked(Tracee& tracee, const CallAtEntry& call, const std::optional<std::string>& path);
  void remember_contexts(Tracee& tracee, const SyscallRow& row, const CallAtEntry& call, int returned);
  void remember_securebits(Tracee& tracee, const SyscallRow& row, const CallAtEntry& call);
  void capture_aftermath(Tracee& tracee, const CallAtEntry& call, int64_t ret);
  void capture_mount(const SeenMount& mount);
  void capture_mounts_now(Tracee& tracee);
  void capture_newest_mount(Tracee& tracee, const MountView& view, const SeenMount& mount);

  // --- tasks (tasks.cc)
  void fork(Tracee& creator, Tracee& child, Inherited inherited, uint32_t flags);
  void snapshot(Tracee& tracee, ct_record_kind kind, uint32_t old_tid, const CallAtEntry* call);
  void capture_id_maps(Tracee& tracee);
  bool capture_open(Tracee& tracee);
  void capture_executed(const Tracee& tracee, uint64_t arguments, uint64_t arguments_end);
  void mounts(Tracee& tracee);

  // --- cgroups (cgroup_moves.cc)
  void tell_of_move(Tracee& tracee, const CallAtEntry& call);
};

}  // namespace cttrace::ptrace
