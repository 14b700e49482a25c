#include "repair.h"

#include <algorithm>
#include <cstring>

#include "cttrace/wire.h"

namespace cttrace::fuzz {
namespace {

constexpr uint16_t kKinds = CT_REC_LOSS;
constexpr uint32_t kNumbers = 512;  // of calls: more than there are

size_t body_size(uint16_t kind, uint8_t version) {
  if (kind == CT_REC_FORK && version == 1) return CT_FORK_SIZE_1;
  if (kind == CT_REC_TASK_EXIT && version <= 5) return CT_TASK_EXIT_SIZE_5;
  constexpr size_t kSizes[] = {0,
                               sizeof(ct_enter),
                               sizeof(ct_exit),
                               sizeof(ct_fork),
                               sizeof(ct_exec),
                               sizeof(ct_task_exit),
                               sizeof(ct_cgroup),
                               sizeof(ct_exec),
                               sizeof(ct_mounts),
                               sizeof(ct_record),
                               sizeof(ct_loss)};
  return kSizes[kind];
}

std::string repaired(std::string_view piece) {
  ct_record header = {};
  std::memcpy(&header, piece.data(), std::min(sizeof(header), piece.size()));
  header.kind = static_cast<uint16_t>(1 + header.kind % kKinds);
  header.version = static_cast<uint8_t>(CT_WIRE_OLDEST + header.version % (CT_WIRE_VERSION - CT_WIRE_OLDEST + 1));
  header.abi = static_cast<uint8_t>(header.abi % CT_ABI_COUNT);
  const size_t size = body_size(header.kind, header.version);
  std::string record(piece.substr(0, size));
  record.resize(size);
  if (header.kind == CT_REC_ENTER || header.kind == CT_REC_EXIT) {
    uint32_t number = 0;
    std::memcpy(&number, record.data() + offsetof(ct_enter, nr), sizeof(number));
    number %= kNumbers;
    std::memcpy(record.data() + offsetof(ct_enter, nr), &number, sizeof(number));
  }
  piece.remove_prefix(std::min(size, piece.size()));
  while (piece.size() >= sizeof(ct_capture)) {
    ct_capture capture = {};
    std::memcpy(&capture, piece.data(), sizeof(capture));
    piece.remove_prefix(sizeof(capture));
    capture.length = static_cast<uint32_t>(std::min<size_t>(capture.length & 0x1fff, piece.size()));
    record.append(reinterpret_cast<const char*>(&capture), sizeof(capture));
    record += piece.substr(0, capture.length);
    record.resize((record.size() + 7) & ~size_t{7});
    piece.remove_prefix(std::min<size_t>((capture.length + 7) & ~7u, piece.size()));
  }
  header.length = static_cast<uint32_t>(record.size());
  std::memcpy(record.data(), &header, sizeof(header));
  return record;
}

}  // namespace

std::vector<std::string> raw_records(std::string_view bytes) {
  std::vector<std::string> records;
  while (!bytes.empty()) {
    uint32_t length = 0;
    if (bytes.size() >= 8) std::memcpy(&length, bytes.data() + offsetof(ct_record, length), sizeof(length));
    const size_t taken = std::clamp<size_t>(length & 0x7fff, 1, bytes.size());
    records.emplace_back(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  return records;
}

std::vector<std::string> repaired_records(std::string_view bytes) {
  std::vector<std::string> records;
  for (const std::string& piece : raw_records(bytes)) records.push_back(repaired(piece));
  return records;
}

}  // namespace cttrace::fuzz
