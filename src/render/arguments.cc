// Arguments of calls as text.
#include "render/arguments.h"

#include <fcntl.h>
#include <linux/keyctl.h>

#include "render/forms.h"

namespace cttrace {
namespace {

void append_argument(std::string& out, const Call& call, size_t index, Value value, const RenderOptions& options) {
  const uint64_t raw = call.args[index].raw;
  const ArgSpec& spec = *call.args[index].spec;
  if (call.row->name == "personality" && static_cast<uint32_t>(raw) == 0xffffffff) {  // only asks
    out += "0xffffffff";
    return;
  }
  if (spec.kind == ArgKind::kUnsigned && spec.name == "poslo") {
    value.kind = ValueKind::kSigned;
    value.number = raw << 32 >> 32 | call.args[index + 1].raw << 32;
  }
  if (is_ignored(call, index)) {
    const ValueKind kind = call.row->name == "prctl" ? ValueKind::kHex : ValueKind::kAddress;
    return append_value(out, {.kind = kind, .number = raw}, {});
  }
  if (value.kind == ValueKind::kStruct) shape(value);
  // What a key is, is a text with its NUL; what is in it may be anything.
  if (value.text.ends_with('\0') && call.row->name == "keyctl" && call.args[0].raw != KEYCTL_READ)
    value.text.remove_suffix(1);
  // fsconfig's FSCONFIG_SET_BINARY.
  if (spec.kind == ArgKind::kBuffer && call.row->name == "fsconfig" && value.kind == ValueKind::kText)
    value.kind = ValueKind::kBytes;
  const bool whole = spec.kind == ArgKind::kPath;  // strace cuts no paths
  append_value(out, value, whole ? std::nullopt : options.string_limit);
}

// The file that a descriptor argument is; for AT_FDCWD the directory that the path is taken from.
const File* file_of(const Call& call, size_t index) {
  const Argument& argument = call.args[index];
  if (argument.file) return &*argument.file;
  if (argument.spec->kind != ArgKind::kDirfd || static_cast<int32_t>(argument.raw) != AT_FDCWD) return nullptr;
  for (const auto& other : call.args) {
    if (other.spec->kind == ArgKind::kPath && other.spec->ref == index && other.base && !other.bytes.starts_with('/'))
      return &*other.base;
  }
  return nullptr;
}

bool names_a_descriptor(std::string_view path) {
  return path.starts_with("/proc/") && path.find("/fd/") != std::string_view::npos;
}

// Where the path does not say by itself where it leads, or -y or -v asks for it.
bool wants_resolved(const Argument& path, const RenderOptions& options) {
  if (!path.resolved || *path.resolved == path.bytes) return false;
  const bool says_it_itself = path.bytes.starts_with('/') && !names_a_descriptor(path.bytes);
  return !says_it_itself || options.paths || options.verbose;
}

void add_changed(Line& line, const Call& call, size_t index, const RenderOptions& options) {
  std::string text = "changed during the call: ";
  append_argument(text, call, index, interpret_changed(call, index), options);
  line.add(comment(text), Paint::kComment);
}

void add_argument(Line& line, const Call& call, size_t index, const RenderOptions& options) {
  const Argument& argument = call.args[index];
  std::string& text = line.text();
  append_argument(text, call, index, interpret(call, index), options);
  const File* file = options.paths ? file_of(call, index) : nullptr;
  if (file && argument.spec->kind == ArgKind::kFdPointer && text.ends_with(']'))
    text.insert(text.size() - 1, behind_descriptor(*file));
  else if (file && argument.spec->kind != ArgKind::kStruct)
    text += behind_descriptor(*file);
  // Without -y a number alone says nothing of which namespace is joined, which control file is written.
  if (!options.paths && argument.spec->kind == ArgKind::kFd && argument.file)
    line.add(comment(argument.file->shown()), Paint::kComment);
  if (argument.changed) add_changed(line, call, index, options);
  if (wants_resolved(argument, options)) line.add(comment(*argument.resolved), Paint::kComment);
}

// What the kernel writes where clone_args say: the pidfd, and the number that it returns.
void add_written(Line& line, const Call& call, size_t index, const Value& args, const RenderOptions& options) {
  if (args.layout != "clone_args" || call.outcome != Outcome::kReturned || call.result <= 0) return;
  std::string text;
  const MaybeFile& pidfd = call.args[index].file;
  if (pidfd) text += "pidfd=[" + std::to_string(pidfd->fd) + (options.paths ? behind_descriptor(*pidfd) : "") + "]";
  if (pidfd && field(args, "parent_tid")) text += ", ";
  if (field(args, "parent_tid")) text += "parent_tid=[" + std::to_string(call.result) + "]";
  if (!text.empty()) line.add(" => {" + text + "}");
}

}  // namespace

void add_arguments(Line& line, const Call& call, const RenderOptions& options) {
  bool first = true;
  const auto separate = [&] {
    if (!first) line.add(", ");
    first = false;
  };
  if (call.row->name == "clone") {
    for (const auto& [name, index] : clone_form(call)) {
      separate();
      line.add(name);
      line.add("=");
      add_argument(line, call, index, options);
    }
    return;
  }
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (is_left_out(call, i)) continue;
    separate();
    add_argument(line, call, i, options);
    if (call.args[i].spec->set != "clone_args") continue;
    Value value = interpret(call, i);
    shape(value);
    add_written(line, call, i, value, options);
  }
}

}  // namespace cttrace
