// The way and the cost compared.
#include <fmt/format.h>

#include <algorithm>

#include "check/diff.h"

namespace cttrace::canon {
namespace {

using Steps = std::vector<const CanonicalStep*>;
using Alike = bool (*)(const CanonicalStep&, const CanonicalStep&);

bool same_step(const CanonicalStep& a, const CanonicalStep& b) { return a.same_as(b); }
// Processes of different runtimes have nothing to do with each other; of a set-up that failed it is not known which one
// would have become the program.
bool same_deed(const CanonicalStep& a, const CanonicalStep& b) { return a.what == b.what; }

constexpr size_t kMostCells = 4u << 20;  // of the table of common steps

std::string where(const CanonicalStep& step) {
  const std::string by = step.who.empty() ? std::string() : " by " + step.who;
  return step.step    ? fmt::format(" (step {}{})", step.step, by)
         : by.empty() ? std::string()
                      : " (" + by.substr(1) + ")";
}

// Which steps of each side are in the longest common sequence.
class Common {
 public:
  Common(const Steps& before, const Steps& after, Alike alike) : in_before(before.size()), in_after(after.size()) {
    size_t first = 0, end_before = before.size(), end_after = after.size();
    const auto mark = [&](size_t i, size_t j) { in_before[i] = in_after[j] = true; };
    while (first < end_before && first < end_after && alike(*before[first], *after[first])) mark(first, first), ++first;
    while (end_before > first && end_after > first && alike(*before[end_before - 1], *after[end_after - 1]))
      mark(--end_before, --end_after);
    const size_t rows = end_before - first, columns = end_after - first;
    if (!rows || !columns || rows * columns > kMostCells) return;
    std::vector<uint32_t> length((rows + 1) * (columns + 1));
    const auto at = [&](size_t i, size_t j) -> uint32_t& { return length[i * (columns + 1) + j]; };
    for (size_t i = rows; i-- > 0;)
      for (size_t j = columns; j-- > 0;)
        at(i, j) =
            alike(*before[first + i], *after[first + j]) ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    for (size_t i = 0, j = 0; i < rows && j < columns;) {
      if (alike(*before[first + i], *after[first + j]))
        mark(first + i++, first + j++);
      else if (at(i + 1, j) >= at(i, j + 1))
        ++i;
      else
        ++j;
    }
  }

  std::vector<bool> in_before, in_after;
};

Steps left(const std::vector<CanonicalStep>& steps, const std::vector<bool>& common) {
  Steps rest;
  for (size_t i = 0; i < steps.size(); ++i)
    if (!common[i]) rest.push_back(&steps[i]);
  return rest;
}

Steps pointers(const std::vector<CanonicalStep>& steps) {
  Steps all;
  for (const CanonicalStep& each : steps) all.push_back(&each);
  return all;
}

Finding of_the_way(const CanonicalStep& step, std::string message) {
  Finding finding{.rule = "diff-how", .consequence = Consequence::kOnlyHow};
  finding.subject = step.object.empty() ? step.phase : step.object;
  finding.message = std::move(message);
  if (step.event) finding.events.push_back(step.event);
  return finding;
}

}  // namespace

std::vector<Finding> compare_how(const CanonicalContainer& before, const CanonicalContainer& after) {
  const bool comparable = before.runtime == after.runtime && before.handed_over && after.handed_over;
  const Alike alike = comparable ? same_step : same_deed;
  const Common common(pointers(before.how), pointers(after.how), alike);
  const Steps gone = left(before.how, common.in_before);
  Steps come = left(after.how, common.in_after);
  std::vector<Finding> findings;
  // The first of those that came which is like that; it is no longer among them then.
  const auto take = [&](auto like) -> const CanonicalStep* {
    const auto found = std::ranges::find_if(come, [&](const CanonicalStep* each) { return like(*each); });
    if (found == come.end()) return nullptr;
    const CanonicalStep* const taken = *found;
    come.erase(found);
    return taken;
  };
  Steps rest;
  for (const CanonicalStep* const step : gone) {
    if (const CanonicalStep* const same = take([&](const CanonicalStep& each) { return alike(each, *step); }))
      findings.push_back(
          of_the_way(*same, fmt::format("in another order: {}{}, before{}", same->what, where(*same), where(*step))));
    else
      rest.push_back(step);
  }
  for (const CanonicalStep* const step : rest) {
    if (const CanonicalStep* const other = take([&](const CanonicalStep& each) { return each.what == step->what; })) {
      findings.push_back(of_the_way(
          *other, fmt::format("done by another process: {}{}, before{}", other->what, where(*other), where(*step))));
      continue;
    }
    const CanonicalStep* const instead = take([&](const CanonicalStep& each) {
      return !step->object.empty() && each.object == step->object && each.phase == step->phase;
    });
    findings.push_back(instead ? of_the_way(*instead, fmt::format("{}{} instead of {}{}", instead->what,
                                                                  where(*instead), step->what, where(*step)))
                               : of_the_way(*step, fmt::format("no longer: {}{}", step->what, where(*step))));
    if (!instead) findings.back().events.clear();
  }
  for (const CanonicalStep* const step : come)
    findings.push_back(of_the_way(*step, fmt::format("new: {}{}", step->what, where(*step))));
  return findings;
}

std::vector<Finding> compare_cost(const CanonicalContainer& before, const CanonicalContainer& after) {
  std::vector<Finding> findings;
  const auto differ = [&](const std::string& what, uint64_t was, uint64_t is) {
    if (was == is || before.variable.contains("cost/" + what)) return;
    Finding finding{.rule = "diff-cost", .consequence = Consequence::kOnlyCost, .subject = what};
    finding.expected = std::to_string(was);
    finding.found = std::to_string(is);
    finding.message = fmt::format("{}: {} instead of {}", what, is, was);
    findings.push_back(std::move(finding));
  };
  std::set<std::string> names;
  for (const auto& [name, count] : before.cost.calls) names.insert(name);
  for (const auto& [name, count] : after.cost.calls) names.insert(name);
  const auto count_in = [](const CanonicalContainer& container, const std::string& name) {
    const auto found = container.cost.calls.find(name);
    return found == container.cost.calls.end() ? uint64_t{0} : found->second;
  };
  for (const std::string& name : names) differ("calls of " + name, count_in(before, name), count_in(after, name));
  differ("mounts made", before.cost.mounts_made, after.cost.mounts_made);
  return findings;
}

}  // namespace cttrace::canon
