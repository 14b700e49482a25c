// What is written to the standard error stream.
#include "cttrace/said.h"

#include <sys/stat.h>

#include <string_view>

namespace cttrace {

bool writes_to_stderr(const Call& call) { return call.row->flags & CT_ROW_WORDS && call.args.size() > 1; }

namespace {

// A long message begins with what it is about, and may end with why; of one that is recorded in part the end is not
// why.
std::string shortened(std::string_view written, bool in_part) {
  constexpr std::string_view kGap = "\n...\n";
  constexpr size_t kRoom = Said::kMost - kGap.size();
  if (written.size() <= Said::kMost && !in_part) return std::string(written);
  const size_t first = in_part ? kRoom : kRoom / 2;
  std::string text(written.substr(0, first));
  text += kGap;
  if (!in_part) text += written.substr(written.size() - (kRoom - first));
  return text;
}

// A script that discards what a command says has asked for it.
bool is_dev_null(const MaybeFile& file) {
  return file && S_ISCHR(file->mode) && file->rdev_major == 1 && file->rdev_minor == 3;
}

}  // namespace

void Said::add(const Call& call) {
  const Argument& written = call.args[1];
  const bool known = written.reading == Reading::kOk || written.reading == Reading::kTruncated;
  if (!known || written.bytes.empty()) return;
  ++writes;
  const bool to_nobody = is_dev_null(call.args[0].file);
  if (to_nobody && !discarded && !empty()) return;
  if (!to_nobody && discarded) *this = {.writes = writes};
  discarded = to_nobody;
  const size_t taken = call.result > 0 ? static_cast<size_t>(call.result) : written.bytes.size();
  const size_t before = text.size();
  text += shortened(std::string_view(written.bytes).substr(0, taken), written.reading == Reading::kTruncated);
  time_ns = call.start_ns;
  parts.push_back({.time_ns = time_ns, .size = text.size() - before});
  if (text.size() <= kMost) return;
  // From the beginning of a line on, where there is one.
  size_t from = text.size() - kMost;
  const size_t line = text.find('\n', from - 1);
  if (line != std::string::npos && line + 1 < text.size()) from = line + 1;
  drop(from);
  cut = true;
}

void Said::drop(size_t count) {
  text.erase(0, count);
  auto part = parts.begin();
  for (; part != parts.end() && part->size <= count; ++part) count -= part->size;
  if (part != parts.end()) part->size -= count;
  parts.erase(parts.begin(), part);
}

Said Said::since(uint64_t from_ns) const {
  Said later = *this;
  size_t before = 0;
  for (const Part& part : parts)
    if (part.time_ns < from_ns) before += part.size;
  if (before) later.cut = false;
  later.drop(before);
  return later;
}

}  // namespace cttrace
