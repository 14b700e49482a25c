// A report for people: what is wrong first, by what it means; what is well in one line.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/escape.h"
#include "check/reports.h"
#include "render/line.h"

namespace cttrace {
namespace {

constexpr size_t kSection = 2, kFinding = 4, kDetail = 6;
constexpr size_t kLeast = 30;  // columns that words get at least
constexpr size_t kMostEvents = 8;
constexpr size_t kMostSubjects = 4;

class ReportText {
 public:
  ReportText(const Report& report, const Style& style) : report_(report), style_(style) {}

  std::string take() {
    headline();
    for (const std::string& why : report_.cannot_judge)
      add("cannot judge: " + escape_rest_for_terminal(why), kSection, Paint::kError);
    tell_of({});
    for (const std::string& container : report_.containers) tell_of(container);
    return std::move(text_);
  }

 private:
  void headline() {
    const Verdict verdict = verdict_of(report_);
    std::string what = "holds";
    if (verdict == Verdict::kCannotJudge) what = "cannot be judged";
    if (verdict == Verdict::kBroken) what = fmt::format("broken: {}", counted(count_of(report_, verdict), "finding"));
    const std::string line = fmt::format("{} against {}: {}", escape_rest_for_terminal(report_.judged),
                                         escape_rest_for_terminal(report_.against), what);
    add(line, 0, verdict == Verdict::kHolds ? Paint::kName : Paint::kError);
  }

  static std::string counted(size_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
  }

  // `lead`: where the first line begins and the others follow.
  void add(std::string_view text, size_t indent, std::optional<Paint> paint = {}) {
    const size_t width = style_.width ? std::max(style_.width, indent + kLeast) - indent : 0;
    size_t further = indent;
    for (const std::string& line : wrapped(text, width)) {
      text_ += std::string(further, ' ') + (paint ? painted(line, *paint, style_.color) : line) + "\n";
      further = indent + 2 <= kDetail ? indent + 2 : indent;
    }
  }

  std::vector<const Finding*> of(const std::string& container, Verdict verdict) const {
    std::vector<const Finding*> found;
    for (const Finding& finding : report_.findings)
      if (finding.container == container && finding.verdict == verdict) found.push_back(&finding);
    return found;
  }

  void tell_of(const std::string& container) {
    const auto broken = of(container, Verdict::kBroken), doubtful = of(container, Verdict::kCannotJudge),
               noted = of(container, Verdict::kNoted), holds = of(container, Verdict::kHolds),
               unseen = of(container, Verdict::kNotVisible);
    if (broken.empty() && doubtful.empty() && noted.empty() && holds.empty() && unseen.empty()) return;
    add(container.empty() ? "the recording" : escape_rest_for_terminal(container), kSection, Paint::kName);
    for (const Consequence consequence : {Consequence::kWeaker, Consequence::kStronger, Consequence::kEqual,
                                          Consequence::kOnlyHow, Consequence::kOnlyCost, Consequence::kNone}) {
      std::vector<const Finding*> group;
      std::ranges::copy_if(broken, std::back_inserter(group),
                           [&](const Finding* each) { return each->consequence == consequence; });
      const std::string words(consequence_words(consequence));
      tell_group(words.empty() ? "broken" : words, group, Paint::kError);
    }
    tell_group("cannot be judged", doubtful, Paint::kEvent);
    tell_group("noted", noted, {});
    if (style_.verbose) {
      tell_group("holds", holds, {});
      tell_group("not visible to a tracer", unseen, {});
    } else {
      tell_names("holds", holds);
      tell_names("not visible to a tracer", unseen);
    }
  }

  void tell_group(const std::string& title, const std::vector<const Finding*>& findings, std::optional<Paint> paint) {
    if (findings.empty()) return;
    add(title + ":", kFinding, paint);
    const RuleWords* last = nullptr;  // of which it has been said why it is asked for
    for (const Finding* finding : findings) {
      add(fmt::format("{}: {}", escape_rest_for_terminal(finding->rule), escape_rest_for_terminal(finding->message)),
          kDetail);
      const std::string detail = details(*finding);
      if (!detail.empty()) add(detail, kDetail + 2, Paint::kComment);
      const RuleWords* const rule = find_rule(report_, finding->rule);
      if (rule && rule != std::exchange(last, rule) && !rule->why.empty() && finding->verdict != Verdict::kHolds)
        add("why: " + escape_rest_for_terminal(rule->why), kDetail + 2, Paint::kComment);
    }
  }

  static std::string details(const Finding& finding) {
    std::string words = escape_rest_for_terminal(expectation_words(finding));
    if (finding.events.empty()) return words;
    words += words.empty() ? "by event" : "; by event";
    if (finding.events.size() > 1) words += "s";
    for (size_t i = 0; i < std::min(finding.events.size(), kMostEvents); ++i)
      words += fmt::format("{} {}", i ? "," : "", finding.events[i]);
    if (finding.events.size() > kMostEvents) words += fmt::format(" and {} more", finding.events.size() - kMostEvents);
    return words;
  }

  // A name once, with what it is about, each once: -v has all of it.
  void tell_names(const std::string& title, const std::vector<const Finding*>& findings) {
    if (findings.empty()) return;
    std::string line = title + ":";
    for (size_t i = 0; i < findings.size();) {
      const std::string& name = findings[i]->rule;
      line += (i ? ", " : " ") + escape_rest_for_terminal(name);
      std::vector<std::string> subjects;
      for (; i < findings.size() && findings[i]->rule == name; ++i) {
        std::string_view subject = findings[i]->subject;
        // "mounts[/proc].type" of "mounts": the name is there already.
        if (subject.starts_with(name)) subject.remove_prefix(name.size());
        std::string shown = escape_rest_for_terminal(subject);
        if (!shown.empty() && std::ranges::find(subjects, shown) == subjects.end())
          subjects.push_back(std::move(shown));
      }
      const size_t more = subjects.size() > kMostSubjects ? subjects.size() - kMostSubjects : 0;
      subjects.resize(subjects.size() - more);
      if (more) subjects.push_back(fmt::format("{} more", more));
      if (!subjects.empty()) line += fmt::format(" ({})", fmt::join(subjects, ", "));
    }
    add(line, kFinding);
  }

  const Report& report_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string report_text(std::span<const Report> reports, const Style& style) {
  std::string text;
  for (const Report& report : reports) text += (text.empty() ? "" : "\n") + ReportText(report, style).take();
  return text;
}

}  // namespace cttrace
