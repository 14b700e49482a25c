// What a word in a policy's list has to be, where there are too many of them for a list: one that can never match would
// be passed over in silence.
#pragma once

#include <optional>
#include <string>

namespace cttrace {

enum class WordForm : uint8_t { kPath, kDescriptor, kCapability, kDevice, kFailure };

struct WrongWord {
  std::string why;     // "it must be ..."
  std::string remedy;  // may be empty
};

// None where the word is of that form.
std::optional<WrongWord> wrong_word(WordForm form, const std::string& word);

}  // namespace cttrace
