// What is written to the standard error stream.
#include "cttrace/said.h"

#include <sys/stat.h>

#include <algorithm>
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
  const bool says = known && !written.bytes.empty();
  count(call, says);
  const bool to_nobody = is_dev_null(call.args[0].file);
  if (to_nobody && !discarded && !empty()) return;
  if (says && !to_nobody && discarded) *this = {.writes = writes};
  const uint64_t without = call.kept ? call.kept->left_out : 0;
  left_out += without;
  if (!says) return;
  discarded = to_nobody;
  const size_t taken = call.result > 0 ? static_cast<size_t>(call.result) : written.bytes.size();
  const bool in_part = written.reading == Reading::kTruncated;
  insert(call.start_ns, shortened(std::string_view(written.bytes).substr(0, taken), in_part), without);
}

// What a thread has written last is known when its program has ended.
void Said::count(const Call& call, bool says) {
  if (!call.kept)
    writes += says;
  else if (call.kept->behind == 0)
    writes -= std::min<uint32_t>(writes, CT_FEW);
}

void Said::insert(uint64_t at_ns, std::string said, uint64_t without) {
  const auto next = std::ranges::upper_bound(parts, at_ns, {}, &Part::time_ns);
  if (cut && next == parts.begin()) return;  // before what has been dropped
  size_t at = 0;
  for (auto part = parts.begin(); part != next; ++part) at += part->size;
  if (without) said.insert(0, at == 0 || text[at - 1] == '\n' ? "...\n" : "\n...\n");
  text.insert(at, said);
  parts.insert(next, {.time_ns = at_ns, .size = said.size(), .left_out = without});
  time_ns = std::max(time_ns, at_ns);
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
  if (part != parts.end() && count > 0) {
    part->size -= count;
    part->left_out = 0;
  }
  parts.erase(parts.begin(), part);
}

Said Said::since(uint64_t from_ns) const {
  Said later = *this;
  size_t before = 0;
  for (const Part& part : parts)
    if (part.time_ns < from_ns) before += part.size;
  if (before) later.cut = false;
  later.drop(before);
  if (before) {
    later.left_out = 0;
    for (const Part& part : later.parts) later.left_out += part.left_out;
  }
  return later;
}

}  // namespace cttrace
