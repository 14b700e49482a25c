#include "render/fields.h"

#include "render/line.h"
#include "render/place_words.h"

namespace cttrace {
namespace {

constexpr size_t kLabelColumns = 14;

}  // namespace

void Fields::begin(std::string_view label) {
  text_ += std::string(style_.indent, ' ') + painted(label, Paint::kName, style_.color) + "\n";
}

void Fields::add(std::string_view label, const std::vector<std::string>& items, std::string_view separator) {
  if (items.empty()) return;
  const size_t first = style_.indent + kLabelColumns;
  const size_t width = style_.width ? style_.width : kReadableColumns;
  const size_t used = columns_of(label);
  text_ += std::string(style_.indent, ' ') + painted(label, Paint::kName, style_.color);
  text_ += std::string(used < kLabelColumns ? kLabelColumns - used : 1, ' ');
  size_t column = style_.indent + std::max(used + 1, kLabelColumns);
  // A blank at the end of a separator belongs to the line only where the line goes on.
  const std::string_view visible = separator.substr(0, separator.find_last_not_of(' ') + 1);
  // Words of a command line are one each, whatever blanks are in them.
  const bool breaks_items = separator != " " && width > first;
  bool line_begins = true;
  for (size_t i = 0; i < items.size(); ++i) {
    std::string item = with_id_named(items[i], style_.id);
    size_t columns = columns_of(item);
    const size_t behind = i + 1 < items.size() ? visible.size() : 0;
    const size_t gap = separator.size() - visible.size();
    if (!line_begins && column + gap + columns + behind > width) {
      text_ += "\n" + std::string(first, ' ');
      column = first;
      line_begins = true;
    }
    if (!line_begins) text_ += separator.substr(visible.size()), column += gap;
    if (breaks_items && column == first && column + columns + behind > width) {
      const std::vector<std::string> lines = wrapped(item, width - first - std::min(behind, width - first - 1));
      for (size_t line = 0; line + 1 < lines.size(); ++line) text_ += lines[line] + "\n" + std::string(first, ' ');
      item = lines.empty() ? std::string() : lines.back();
      columns = columns_of(item);
    }
    text_ += item;
    if (behind) text_ += visible;
    column += columns + behind;
    line_begins = false;
  }
  text_ += "\n";
}

}  // namespace cttrace
