#include "cli/canonical_file.h"

#include <algorithm>
#include <fstream>

#include "cli/read_recording.h"
#include "cli/text_file.h"
#include "cli/values.h"

namespace cttrace {
namespace {

bool begins_as_baseline(const std::string& path) {
  // Standard input can be read but once: it is a recording.
  if (path == "-") return false;
  std::ifstream file(path, std::ios::binary);
  char beginning[64] = {};
  file.read(beginning, sizeof beginning);
  return check::is_baseline({beginning, static_cast<size_t>(file.gcount())});
}

void check_found(bool found, const std::string& path, const std::string& container) {
  if (!found && !container.empty())
    throw Failure(usage_error("use --container", container, "there is no container of this name in " + path));
}

}  // namespace

check::CanonicalForm canonical_recording(const std::string& path, const std::string& container) {
  RecordingFacts facts = read_recording(path);
  if (!container.empty())
    std::erase_if(facts.containers,
                  [&](const ContainerFacts& each) { return each.name != container && each.short_name != container; });
  check_found(!facts.containers.empty(), path, container);
  return check::canonical(facts);
}

check::Baseline load_baseline(const std::string& path, const std::string& container) {
  const Result<std::string> text = read_text_file(path, "the baseline");
  if (!text) throw Failure(text.error());
  Result<check::Baseline> baseline = check::read_baseline(*text, path);
  if (!baseline) throw Failure(baseline.error());
  if (container.empty()) return std::move(*baseline);
  check::Baseline chosen{.form = baseline->form, .budgets = {}, .tolerance = baseline->tolerance};
  chosen.form.containers.clear();
  for (size_t i = 0; i < baseline->form.containers.size(); ++i) {
    if (baseline->form.containers[i].name != container) continue;
    chosen.form.containers.push_back(std::move(baseline->form.containers[i]));
    chosen.budgets.push_back(std::move(baseline->budgets[i]));
  }
  check_found(!chosen.form.containers.empty(), path, container);
  return chosen;
}

check::CanonicalForm canonical_file(const std::string& path, const std::string& container) {
  return begins_as_baseline(path) ? load_baseline(path, container).form : canonical_recording(path, container);
}

}  // namespace cttrace
