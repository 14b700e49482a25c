#include "source/ptrace/fs_contexts.h"

#include <utility>

#include "source/ptrace/capture.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kMostProcesses = 4096, kMostDescriptors = 4096;

}  // namespace

void FsContexts::know(uint32_t process, int fd, std::shared_ptr<FsContext> context) {
  if (by_process_.size() > kMostProcesses) by_process_.clear();
  Descriptors& own = by_process_[process];
  if (own.size() > kMostDescriptors) own.clear();
  own[fd] = std::move(context);
}

// A duplicate, or one that was passed on, is the same open file as one that is known.
std::shared_ptr<FsContext> FsContexts::find(const Tracee& tracee, int fd) {
  if (const auto own = by_process_.find(tracee.tgid); own != by_process_.end())
    if (const auto known = own->second.find(fd); known != own->second.end()) return known->second;
  for (const auto& [process, descriptors] : by_process_) {
    for (const auto& [other, context] : descriptors) {
      if (!is_same_file(tracee.tid, fd, process, other).value_or(false)) continue;
      const std::shared_ptr<FsContext> same = context;
      know(tracee.tgid, fd, same);
      return same;
    }
  }
  return nullptr;
}

void FsContexts::made(const Tracee& tracee, int fd, FsContext context) {
  context.number = ++last_;
  know(tracee.tgid, fd, std::make_shared<FsContext>(std::move(context)));
}

void FsContexts::named_source(const Tracee& tracee, int fd, std::string source) {
  if (const std::shared_ptr<FsContext> context = find(tracee, fd)) context->source = std::move(source);
}

FsContext FsContexts::of(const Tracee& tracee, int fd) {
  const std::shared_ptr<FsContext> context = find(tracee, fd);
  return context ? *context : FsContext();
}

void FsContexts::closed(const Tracee& tracee, int fd, const std::vector<OpenedBy>& elsewhere) {
  if (const std::shared_ptr<FsContext> context = find(tracee, fd))
    for (const OpenedBy& same : elsewhere) know(same.process, same.fd, context);
  if (const auto own = by_process_.find(tracee.tgid); own != by_process_.end()) own->second.erase(fd);
}

void FsContexts::forked(const Tracee& creator, const Tracee& child) {
  const auto own = by_process_.find(creator.tgid);
  if (child.tgid == creator.tgid || own == by_process_.end()) return;
  Descriptors inherited = own->second;
  by_process_[child.tgid] = std::move(inherited);
}

void FsContexts::process_ended(const Tracee& tracee) { by_process_.erase(tracee.tgid); }

}  // namespace cttrace::ptrace
