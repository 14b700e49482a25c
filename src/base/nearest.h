// What was probably meant by a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cttrace {

// Those of `names` that are nearest to `text`, nearest first, at most `most`; none where none is near.
std::vector<std::string_view> nearest(std::string_view text, const std::vector<std::string_view>& names,
                                      size_t most = 3);

// "did you mean mount or umount?"; empty where no name is near.
std::string did_you_mean(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace cttrace
