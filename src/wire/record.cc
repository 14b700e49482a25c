// Taking records apart.
#include "wire/record.h"

namespace cttrace {
namespace {

constexpr size_t kAlignment = 8;

// Bytes of the struct of a record's kind; 0: there is no such kind.
size_t body_size(uint16_t kind, uint8_t version) {
  switch (kind) {
    case CT_REC_ENTER: return sizeof(ct_enter);
    case CT_REC_EXIT: return sizeof(ct_exit);
    case CT_REC_FORK: return version == 1 ? CT_FORK_SIZE_1 : sizeof(ct_fork);
    case CT_REC_EXEC:
    case CT_REC_SNAPSHOT: return sizeof(ct_exec);
    case CT_REC_TASK_EXIT: return version <= 5 ? CT_TASK_EXIT_SIZE_5 : sizeof(ct_task_exit);
    case CT_REC_CGROUP: return sizeof(ct_cgroup);
    case CT_REC_MOUNTS: return sizeof(ct_mounts);
    case CT_REC_TICK: return sizeof(ct_record);
    case CT_REC_LOSS: return sizeof(ct_loss);
    default: return 0;
  }
}

bool read_captures(ByteReader& reader, uint8_t version, std::vector<Capture>& out) {
  while (reader.left() > 0) {
    ct_capture capture = {};
    std::string_view bytes, padding;
    if (!reader.read(capture) || !reader.take(capture.length, bytes)) return false;
    if (!reader.take((kAlignment - capture.length % kAlignment) % kAlignment, padding)) return false;
    out.push_back(
        {.arg = capture.arg, .kind = capture.kind, .status = capture.status, .bytes = bytes, .version = version});
  }
  return true;
}

}  // namespace

std::optional<Record> Record::parse(std::span<const std::byte> bytes) {
  Record record;
  if (!record.read(bytes)) return std::nullopt;
  return record;
}

bool Record::read(std::span<const std::byte> bytes) {
  bytes_ = {};
  header_ = {};
  captures_.clear();
  ct_record header = {};
  ByteReader reader(bytes);
  if (!reader.read(header)) return false;
  const bool known = header.version >= CT_WIRE_OLDEST && header.version <= CT_WIRE_VERSION;
  if (header.length != bytes.size() || !known || header.abi >= CT_ABI_COUNT) return false;
  std::string_view body;
  const size_t size = body_size(header.kind, header.version);
  if (size < sizeof(ct_record) || !reader.take(size - sizeof(ct_record), body)) return false;
  if (!read_captures(reader, header.version, captures_)) {
    captures_.clear();
    return false;
  }
  bytes_ = bytes;
  header_ = header;
  body_bytes_ = size;
  return true;
}

}  // namespace cttrace
