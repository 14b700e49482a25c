// Events made by hand: what the decoder would yield, without any bytes of records.
#pragma once

#include <concepts>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cttrace/event.h"
#include "render/renderer.h"

namespace cttrace {

inline constexpr uint64_t kPlace = 0x7ffe0000;  // where memory arguments lie

// An argument: a number, or what is in memory.
struct Given {
  template <typename T>
  requires std::integral<T> || std::is_enum_v<T> Given(T number) : raw(static_cast<uint64_t>(number)) {}
  Given(const char* text) : Given(std::string(text)) {}
  Given(std::string memory) : raw(kPlace), reading(Reading::kOk), bytes(std::move(memory)) {}
  Given(std::vector<std::string> list) : raw(kPlace), reading(Reading::kOk), strings(std::move(list)) {}

  uint64_t raw;
  std::optional<Reading> reading = {};  // none: what the number says
  std::string bytes = {};
  std::vector<std::string> strings = {};
};

inline Given null() { return {0}; }
inline Given faulted() { return {kPlace}; }
inline Given truncated(std::string beginning) {
  Given given(std::move(beginning));
  given.reading = Reading::kTruncated;
  return given;
}
template <typename T>
Given memory_of(const T& object, size_t size = sizeof(T)) {
  std::string bytes(size, '\0');
  std::memcpy(bytes.data(), &object, std::min(size, sizeof(T)));
  return Given(std::move(bytes));
}

// A call of this name that returned 0. Throws where the abi does not have it.
inline Call made_call(std::string_view name, const std::vector<Given>& given, Abi abi = Abi::x86_64) {
  Call call{.task = {.tid = 42, .tgid = 41, .start_ns = 7}, .abi = abi};
  uint64_t raw[6] = {};
  for (size_t i = 0; i < given.size(); ++i) raw[i] = given[i].raw;
  for (const SyscallRow& row : syscall_rows()) {
    const int16_t number = row.numbers[static_cast<size_t>(abi)];
    if (row.name != name || number == kNoNumber) continue;
    call.number = static_cast<uint32_t>(number);
    call.row = find_row(abi, call.number, raw);
  }
  if (!call.row) throw std::logic_error("no such call: " + std::string(name));
  for (size_t i = 0; i < call.row->args.size(); ++i) {
    Argument argument{.spec = &call.row->args[i]};
    if (i < given.size()) {
      argument.raw = given[i].raw;
      argument.bytes = given[i].bytes;
      argument.strings = given[i].strings;
      if (is_memory(argument.spec->kind))
        argument.reading = given[i].reading.value_or(argument.raw ? Reading::kFaulted : Reading::kNull);
    }
    call.args.push_back(std::move(argument));
  }
  return call;
}

inline Call failed(Call call, int error) {
  call.result = -error;
  return call;
}

inline TraceInfo made_info() {
  return {.host = "here",
          .kernel = "6.1.0",
          .kernel_traits = {"mount.overmount"},
          .cttrace_version = "0.1.0",
          .machine = Abi::x86_64,
          .backend = "ebpf",
          .command = {"-p", "41"},
          .hooks = "raw tracepoints",
          .start_ns = 1'000'000'000,
          .realtime_offset_ns = 1'600'000'000'000'000'000,
          .roots = {41}};
}

// What a renderer writes, write by write.
class Written {
 public:
  explicit Written(Format format, const RenderOptions& options = {})
      : renderer_(make_renderer(format, options, [this](std::string_view text) { writes.emplace_back(text); })) {}

  Written& begin() {
    renderer_->begin(made_info());
    return *this;
  }
  Written& event(const Event& event) {
    renderer_->event(event);
    return *this;
  }
  Written& end(const BadRecords& bad = {}, bool whole = true) {
    renderer_->end(bad, whole);
    return *this;
  }

  std::string all() const {
    std::string text;
    for (const auto& write : writes) text += write;
    return text;
  }

  std::vector<std::string> writes;

 private:
  std::unique_ptr<Renderer> renderer_;
};

// The lines of one event in `calls`, without the last newline.
inline std::string line_of(const Event& event, const RenderOptions& options = {}) {
  Written written(Format::kCalls, options);
  std::string text = written.begin().event(event).all();
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace cttrace
