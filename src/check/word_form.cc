#include "check/word_form.h"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <vector>

#include "base/nearest.h"
#include "check/evidence.h"
#include "cttrace/syscalls.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

constexpr int kMaxErrno = 4095;  // MAX_ERRNO, include/linux/err.h

bool is_number(const std::string& word) {
  static const std::regex pattern("0|[1-9][0-9]*");
  return std::regex_match(word, pattern);
}

bool is_device(const std::string& word) {
  static const std::regex pattern(R"([bc] (\*|0|[1-9][0-9]*):(\*|0|[1-9][0-9]*))");
  return std::regex_match(word, pattern);
}

// As paths in a mount table are written.
bool is_path(const std::string& word) {
  if (word == "/") return true;
  return word.starts_with('/') && !word.ends_with('/') && !word.starts_with("//") &&
         std::filesystem::path(word).lexically_normal() == word;
}

std::optional<WrongWord> wrong_capability(const std::string& word) {
  const std::vector<std::string> names = capability_names(known_set());
  if (std::ranges::find(names, word) != names.end()) return std::nullopt;
  return WrongWord{"there is no capability \"" + word + "\"", did_you_mean(word, {names.begin(), names.end()})};
}

bool is_errno(const std::string& word) {
  static const std::set<std::string> names = [] {
    std::set<std::string> all;
    for (int error = 1; error <= kMaxErrno; ++error) all.insert(errno_name(error));
    return all;
  }();
  return word.starts_with('E') && names.contains(word);
}

std::string nearest_call(const std::string& word) {
  std::vector<std::string_view> calls;
  for (const SyscallRow& row : syscall_rows()) calls.push_back(row.name);
  return did_you_mean(word, calls);
}

std::optional<WrongWord> wrong_failure(const std::string& word) {
  const size_t colon = word.find(':');
  if (colon == std::string::npos) return WrongWord{"it must be CALL:ERRNO, such as \"mount:EPERM\"", {}};
  const std::string call = word.substr(0, colon), error = word.substr(colon + 1);
  if (std::ranges::find(syscall_rows(), call, &SyscallRow::name) == syscall_rows().end())
    return WrongWord{"there is no call \"" + call + "\" that is known", nearest_call(call)};
  if (!is_errno(error)) return WrongWord{"there is no error \"" + error + "\"", {}};
  return std::nullopt;
}

}  // namespace

std::optional<WrongWord> wrong_word(WordForm form, const std::string& word) {
  switch (form) {
    case WordForm::kCapability: return wrong_capability(word);
    case WordForm::kFailure: return wrong_failure(word);
    case WordForm::kPath:
      if (is_path(word)) return std::nullopt;
      return WrongWord{"it must be a path from the root, such as \"/proc/keys\"", {}};
    case WordForm::kDescriptor:
      if (is_number(word)) return std::nullopt;
      return WrongWord{"it must be a number in quotes, such as \"3\"", {}};
    case WordForm::kDevice:
      if (is_device(word)) return std::nullopt;
      return WrongWord{"it must be a device, such as \"c 1:3\" or \"c 136:*\"", {}};
  }
  return std::nullopt;
}

}  // namespace cttrace
