// Calls and their arguments in JSON.
#include <nlohmann/json.hpp>

#include "render/filter.h"
#include "render/forms.h"
#include "render/json_events.h"

namespace cttrace {
namespace {

const char* name_of(ArgKind kind) {
  switch (kind) {
    case ArgKind::kInt: return "int";
    case ArgKind::kUnsigned: return "unsigned";
    case ArgKind::kLimit: return "limit";
    case ArgKind::kHex: return "hex";
    case ArgKind::kAddress: return "address";
    case ArgKind::kFlags: return "flags";
    case ArgKind::kEnum: return "enum";
    case ArgKind::kFd: return "fd";
    case ArgKind::kDirfd: return "dirfd";
    case ArgKind::kPath: return "path";
    case ArgKind::kString: return "string";
    case ArgKind::kMountData: return "mount_data";
    case ArgKind::kBuffer: return "buffer";
    case ArgKind::kIovec: return "iovec";
    case ArgKind::kArgv: return "argv";
    case ArgKind::kEnvp: return "envp";
    case ArgKind::kStruct: return "struct";
    case ArgKind::kIds: return "ids";
    case ArgKind::kUid: return "uid";
    case ArgKind::kPid: return "pid";
    case ArgKind::kDev: return "dev";
    case ArgKind::kMode: return "mode";
    case ArgKind::kSignal: return "signal";
    case ArgKind::kFdPointer: return "fd_pointer";
  }
  return "address";
}

const char* name_of(Reading reading) {
  switch (reading) {
    case Reading::kNone: return "none";
    case Reading::kOk: return "ok";
    case Reading::kNull: return "null";
    case Reading::kFaulted: return "faulted";
    case Reading::kTruncated: return "truncated";
  }
  return "none";
}

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReturned: return "returned";
    case Outcome::kDeniedBySeccomp: return "denied_by_seccomp";
    case Outcome::kAnsweredBySeccomp: return "answered_by_seccomp";
    case Outcome::kSigsysBySeccomp: return "sigsys_by_seccomp";
    case Outcome::kDidNotReturn: return "did_not_return";
    case Outcome::kReturnLost: return "return_lost";
  }
  return "returned";
}

Json value_of(const ArgSpec& spec, const Value& value, const RenderOptions& options) {
  if (is_memory(spec.kind) && value.kind == ValueKind::kAddress) return nullptr;  // what is there is not known
  RenderOptions own = options;
  if (spec.kind == ArgKind::kPath) own.string_limit.reset();  // paths are never cut
  return json_value(value, own);
}

Json argument_of(const Call& call, size_t index, const RenderOptions& options) {
  const Argument& argument = call.args[index];
  const Value value = interpret(call, index);
  Json json = json_object(8);
  add(json, "name", argument.spec->name);
  add(json, "kind", name_of(argument.spec->kind));
  add(json, "raw", json_hex(argument.raw));
  add(json, "reading", name_of(argument.reading));
  add(json, "value", value_of(*argument.spec, value, options));
  if (value.kind == ValueKind::kStruct && !value.text.empty()) {
    Json unknown = json_object(2);
    add(unknown, "offset", value.count);
    add(unknown, "base64", base64(value.text));
    add(json, "unknown_bytes", std::move(unknown));
  }
  if (argument.resolved) {
    add(json, "resolved", json_text(*argument.resolved));
    add(json, "resolved_mount_id", argument.resolved_mount_id ? Json(argument.resolved_mount_id) : Json());
  }
  if (argument.base) add(json, "base", json_file(*argument.base));
  if (argument.file) add(json, "file", json_file(*argument.file));
  if (is_ignored(call, index)) add(json, "ignored", true);
  if (argument.changed) add(json, "changed", value_of(*argument.spec, interpret_changed(call, index), options));
  return json;
}

Json error_of(const Call& call) {
  if (!has_failed(call) || call.outcome == Outcome::kSigsysBySeccomp) return nullptr;
  const ErrorName error = error_name(-call.result);
  Json json = json_object(2);
  add(json, "name", error.name.empty() ? Json() : Json(error.name));
  add(json, "text", error.text.empty() ? Json() : Json(error.text));
  return json;
}

// Only what was told; null where that is nothing.
Json after_of(const Aftermath& after) {
  Json json;
  if (after.namespaces) json["namespaces"] = json_namespaces(*after.namespaces);
  if (after.cwd) json["cwd"] = json_file(*after.cwd);
  if (after.root) json["root"] = json_file(*after.root);
  if (after.newest_mount) json["newest_mount"] = json_file(*after.newest_mount);
  if (after.mount_root) json["mount_root"] = json_text(*after.mount_root);
  if (after.mount_source) json["mount_source"] = json_text(*after.mount_source);
  if (after.mounts) json["mounts"] = *after.mounts;
  if (after.mounts && after.contended) json["contended"] = true;
  if (after.moved) json["moved"] = json_file(*after.moved);
  if (after.target) json["target"] = json_file(*after.target);
  return json;
}

}  // namespace

Json json_event(const Call& call, const RenderOptions& options) {
  const bool known = call.outcome != Outcome::kDidNotReturn && call.outcome != Outcome::kReturnLost &&
                     call.outcome != Outcome::kSigsysBySeccomp;
  Json json = json_object(20);
  add(json, "type", "call");
  add(json, "name", call.row->name);
  add(json, "abi", abi_name(call.abi));
  add(json, "number", call.number);
  add(json, "tid", call.task.tid);
  add(json, "tgid", call.task.tgid);
  add(json, "task_start_ns", json_unsigned(call.task.start_ns));
  add(json, "cpu", call.cpu);
  add(json, "time_ns", json_unsigned(call.start_ns));
  add(json, "duration_ns", call.duration_ns ? json_unsigned(*call.duration_ns) : Json());
  add(json, "outcome", name_of(call.outcome));
  add(json, "result", known ? json_signed(call.result) : Json());
  add(json, "error", error_of(call));
  Json::array_t args;
  args.reserve(call.args.size());
  for (size_t i = 0; i < call.args.size(); ++i) args.push_back(argument_of(call, i, options));
  add(json, "args", std::move(args));
  add(json, "returned_file", json_file(call.returned_file));
  add(json, "after", after_of(call.after));
  add(json, "fs_message", call.fs_message ? json_text(*call.fs_message) : Json());
  add(json, "entry_lost", call.enter_lost);
  add(json, "cut", call.cut);
  if (call.kept) add(json, "kept", Json{{"left_out", call.kept->left_out}, {"behind", call.kept->behind}});
  return json;
}

}  // namespace cttrace
