#include "every_row.h"

namespace cttrace::test {
namespace {

const WireFile kFiles[] = {{.path = "/a/b", .mount_id = 30, .mount_parent_id = 29},
                           {.path = "/", .fs_type = "tmpfs", .flags = CT_FILE_DETACHED},
                           {.path = "/mnt:[1]", .fs_type = "nsfs", .kind = CT_FILE_NSFS, .inode = 1, .target = 0x20000},
                           {.path = "/", .kind = CT_FILE_PIDFD, .target = 7},
                           {.path = "/", .fs_type = "proc", .kind = CT_FILE_FS_CONTEXT},
                           {.path = "/[eventpoll]", .fs_type = "anon_inodefs", .flags = CT_FILE_INTERNAL}};

// What the row says is told when the call has succeeded.
void capture_aftermath(WireRecord<ct_exit>& exit, uint32_t flags, const WireFile& file) {
  if (flags & CT_ROW_AFTER_NAMESPACES) exit.namespaces({4026531841, 1, 2, 3, 4, 5, 0, 7, 8, 9});
  if (flags & CT_ROW_AFTER_CWD) exit.file(CT_ARG_CWD, file);
  if (flags & CT_ROW_AFTER_ROOT) exit.file(CT_ARG_ROOT, kFiles[0]);
  if (flags & CT_ROW_AFTER_MOUNTS) exit.newest_mount(kFiles[0]).mount_count(24);
  if (flags & (CT_ROW_AFTER_MOUNTS | CT_ROW_AFTER_TREE)) exit.mount_told(std::string_view("b\0a\0", 4), "/dev/x");
  if (flags & CT_ROW_AFTER_MOVE) exit.file(CT_ARG_MOVED, file);
  if (flags & CT_ROW_AFTER_TARGET) exit.file(CT_ARG_TARGET, file);
}

void capture_argument(WireRecord<ct_enter>& entry, uint8_t index, const ArgSpec& arg, uint8_t status,
                      const WireFile& file) {
  const bool there = status == CT_OK || status == CT_TRUNCATED;
  const auto memory = [&](uint8_t kind, std::string_view bytes) {
    entry.capture(index, kind, status, there ? bytes : std::string_view());
  };
  switch (arg.kind) {
    case ArgKind::kPath:
      memory(CT_CAP_STRING, "x/y\xff");
      entry.base(index, file).root(index, kFiles[0]);
      if (file.kind == CT_FILE_PIDFD) entry.magic(index, 2, file);
      break;
    case ArgKind::kFd:
    case ArgKind::kDirfd: entry.file(index, file); break;
    case ArgKind::kString:
    case ArgKind::kMountData: memory(CT_CAP_STRING, "a=b,c\x1b\n\xff"); break;
    case ArgKind::kArgv: memory(CT_CAP_STRINGS, std::string_view("sh\0-c\0\0", 7)); break;
    case ArgKind::kEnvp: memory(CT_CAP_COUNT, bytes_of(uint64_t{9})); break;
    case ArgKind::kBuffer:
    case ArgKind::kIovec:
    case ArgKind::kStruct:
    case ArgKind::kIds:
    case ArgKind::kFdPointer: {
      // As long as a newer struct than any that is known.
      const Layout* known = layout(arg.set);
      memory(CT_CAP_BYTES, std::string(known ? known->size + 8u : 16u, '\2'));
      break;
    }
    default: break;
  }
}

}  // namespace

Records every_row(uint8_t status, uint64_t begin_ns) {
  Records records = {was_there().at(1), mounts(5, 0, true, "1 0 0:1 / / rw - ext4 /dev/sda rw\n")};
  uint64_t now = begin_ns;
  for (const SyscallRow& row : syscall_rows()) {
    for (size_t abi = 0; abi < kAbiCount; ++abi) {
      if (row.numbers[abi] == kNoNumber) continue;
      Args args = {kPointer, kPointer, kPointer, kPointer, 8, 8};
      if (!row.select_values.empty()) args[row.select] = row.select_values[0];
      const auto number = static_cast<uint32_t>(row.numbers[abi]);
      const WireFile& file = kFiles[row.index % std::size(kFiles)];
      auto entry = enters(row.name, args, static_cast<Abi>(abi)).at(now);
      auto exit = returns(row.name, args, row.index % 3 ? 0 : -22, static_cast<Abi>(abi)).at(now + 1).entered_at(now);
      entry.body.nr = exit.body.nr = number;  // of several rows with one name this is the one
      for (uint8_t arg = 0; arg < row.args.size(); ++arg) capture_argument(entry, arg, row.args[arg], status, file);
      if (row.returns == ReturnKind::kFd) exit.file(CT_ARG_RETURN, file);
      if (exit.body.ret >= 0) capture_aftermath(exit, row.flags, file);
      if (row.flags & CT_ROW_FS_CONTEXT) exit.capture(0, CT_CAP_FS_MESSAGE, CT_OK, "e no such option\n");
      if (row.args.size() > 1 && row.args[1].kind == ArgKind::kPath) exit.string(1, "changed");
      records.insert(records.end(), {entry, exit});
      now += 10;
    }
  }
  records.insert(records.end(), {forks(50).at(now), executes().at(now).by(50).file(CT_ARG_CWD, kFiles[0]),
                                 moves(50, "/a").at(now), never_entered("mount", {}, -1).at(now),
                                 ends(9).at(now).by(50), tick(now + 1), loses(CT_LOSS_RING_FULL, 3).at(now + 2)});
  return records;
}

}  // namespace cttrace::test
