#include "check/diff_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"
#include "render/completeness.h"
#include "render/line.h"

namespace cttrace::canon {
namespace {

using Findings = std::vector<const Finding*>;

constexpr size_t kFew = 3;           // as many of one kind have a line each
constexpr size_t kMostTold = 12;     // subjects that are told together
constexpr size_t kLeast = 30;        // columns that words get at least
constexpr uint64_t kFewThings = 12;  // in which a container that is the same at large may differ

constexpr Consequence kOrder[] = {Consequence::kWeaker, Consequence::kStronger, Consequence::kEqual,
                                  Consequence::kOnlyHow, Consequence::kOnlyCost};

const char* title_of(Consequence consequence) {
  switch (consequence) {
    case Consequence::kWeaker: return "isolation is weaker";
    case Consequence::kStronger: return "isolation is stronger";
    case Consequence::kEqual: return "something else, neither weaker nor stronger";
    case Consequence::kOnlyHow: return "only how it is made";
    case Consequence::kOnlyCost: return "only what it costs";
    case Consequence::kNone: break;
  }
  return "";
}

// The message with a hole where its subject was.
std::string shape_of(const Finding& finding) {
  std::string shape = finding.message;
  const size_t at = finding.subject.empty() ? std::string::npos : shape.find(finding.subject);
  if (at != std::string::npos) shape.replace(at, finding.subject.size(), "\x01");
  return shape;
}

std::string folded(const Findings& alike) {
  std::string shape = shape_of(*alike[0]);
  std::string list;
  for (size_t i = 0; i < std::min(alike.size(), kMostTold); ++i)
    list += (i == 0 ? "" : i + 1 == alike.size() ? " and " : ", ") + alike[i]->subject;
  if (alike.size() > kMostTold) list += fmt::format(" and {} more", alike.size() - kMostTold);
  static constexpr std::pair<std::string_view, std::string_view> kPlural[] = {
      {"\x01 is ", "\x01 are "},
      {"\x01 has ", "\x01 have "},
      {"\x01 shows ", "\x01 show "},
      {"\x01 honours ", "\x01 honour "},
      {"\x01 lets ", "\x01 let "},
      {"\x01 follows ", "\x01 follow "},
      {"\x01 fails ", "\x01 fail "},
      {"its \x01 namespace is ", "its \x01 namespaces are "},
      {", which shows ", ", which show "},
      {"it was ", "they were "},
      {"the device node \x01 is ", "the device nodes \x01 are "}};
  for (const auto& [one, many] : kPlural)
    if (const size_t found = shape.find(one); found != std::string::npos) shape.replace(found, one.size(), many);
  return shape.replace(shape.find('\x01'), 1, list);
}

class Text {
 public:
  Text(const Report& report, const Style& style) : report_(report), style_(style) {}

  std::string take() {
    headline();
    for (const std::string& why : report_.cannot_judge) add("cannot judge: " + safe(why), 2, Paint::kError);
    for (const std::string& container : report_.containers) tell(container);
    return std::move(text_);
  }

 private:
  static std::string safe(std::string_view text) { return escape_rest_for_terminal(text); }

  void headline() {
    const Verdict verdict = verdict_of(report_);
    std::string what = "the same";
    if (has(Consequence::kOnlyHow))
      what = "same container, made differently";
    else if (has(Consequence::kOnlyCost))
      what = "same container, at another cost";
    if (verdict == Verdict::kCannotJudge) what = "cannot be judged";
    if (verdict == Verdict::kBroken) what = summary();
    add(fmt::format("{} -> {}: {}", safe(report_.against), safe(report_.judged), what), 0,
        verdict == Verdict::kHolds ? Paint::kName : Paint::kError);
  }

  bool has(Consequence consequence) const {
    return std::ranges::any_of(report_.findings, [&](const Finding& each) { return each.consequence == consequence; });
  }

  // "isolation is weaker in 2 ways, stronger in 1 way, 3 other differences".
  std::string summary() const {
    const auto count = [&](Consequence consequence) {
      return std::ranges::count_if(report_.findings, [&](const Finding& each) {
        return each.verdict == Verdict::kBroken && each.consequence == consequence;
      });
    };
    const auto weaker = count(Consequence::kWeaker), stronger = count(Consequence::kStronger),
               equal = count(Consequence::kEqual);
    const auto how = count(Consequence::kOnlyHow), cost = count(Consequence::kOnlyCost);
    std::vector<std::string> parts;
    if (weaker) parts.push_back("isolation is weaker in " + plural(static_cast<uint64_t>(weaker), "way"));
    if (stronger)
      parts.push_back((weaker ? "stronger in " : "isolation is stronger in ") +
                      plural(static_cast<uint64_t>(stronger), "way"));
    if (equal) parts.push_back(plural(static_cast<uint64_t>(equal), parts.empty() ? "difference" : "other difference"));
    if (parts.empty() && how + cost)
      parts.emplace_back(how ? "same container, made differently" : "same container, at another cost");
    const size_t unsure = count_of(report_, Verdict::kCannotJudge);
    if (unsure) parts.push_back(plural(unsure, "thing") + " that cannot be judged");
    const std::string all = fmt::format("{}", fmt::join(parts, ", "));
    const auto things = static_cast<uint64_t>(weaker + stronger + equal);
    // Whoever changes the runtime asks first whether it is the same container.
    if (!report_.other_runtime || !things || things > kFewThings || unsure) return all;
    return fmt::format("same container, made differently, but for {}: {}", plural(things, "thing"), all);
  }

  void add(const std::string& text, size_t indent, std::optional<Paint> paint = {}) {
    const size_t width = style_.width ? std::max(style_.width, indent + kLeast) - indent - 2 : 0;
    size_t further = indent;
    for (const std::string& line : wrapped(text, width)) {
      text_ += std::string(further, ' ') + (paint ? painted(line, *paint, style_.color) : line) + "\n";
      further = indent + 2;
    }
  }

  Findings of(const std::string& container, Consequence consequence) const {
    Findings all;
    for (const Finding& each : report_.findings)
      if (each.container == container && each.verdict != Verdict::kCannotJudge && each.consequence == consequence)
        all.push_back(&each);
    return all;
  }

  void tell(const std::string& container) {
    Findings unsure;
    for (const Finding& each : report_.findings)
      if (each.container == container && each.verdict == Verdict::kCannotJudge) unsure.push_back(&each);
    bool headed = false;
    const auto head = [&] {
      if (!std::exchange(headed, true)) add("\ncontainer " + safe(container));
    };
    for (const Consequence consequence : kOrder) {
      // What it got comes first.
      if (consequence == Consequence::kOnlyHow && !unsure.empty()) head(), tell_unsure(unsure);
      const Findings findings = of(container, consequence);
      if (findings.empty()) continue;
      head();
      const bool only_noted = findings[0]->verdict == Verdict::kNoted;
      if (only_noted && !style_.verbose && !report_.tells_how) {
        add(fmt::format("{}: {} (--how tells)", title_of(consequence), plural(findings.size(), "difference")), 2);
        continue;
      }
      add(std::string(title_of(consequence)) + ":", 2,
          consequence == Consequence::kWeaker ? std::optional(Paint::kError) : std::nullopt);
      tell_group(findings);
    }
  }

  void tell_unsure(const Findings& unsure) {
    add("cannot be judged:", 2, Paint::kError);
    for (const Finding* const each : unsure) add(safe(each->message), 4);
  }

  void add(const std::string& heading) {
    text_ += "\n";
    add(heading.substr(1), 0, Paint::kName);
  }

  void tell_group(const Findings& findings) {
    std::vector<std::pair<std::string, Findings>> shapes;
    for (const Finding* const each : findings) {
      const std::string shape = each->rule + shape_of(*each);
      const auto found = std::ranges::find(shapes, shape, &std::pair<std::string, Findings>::first);
      if (found == shapes.end())
        shapes.push_back({shape, {each}});
      else
        found->second.push_back(each);
    }
    for (const auto& [shape, alike] : shapes) {
      const bool fold = alike.size() > kFew && !style_.verbose && shape.find('\x01') != std::string::npos;
      if (fold) {
        add(safe(folded(alike)), 4);
        continue;
      }
      for (const Finding* const each : alike) add(safe(each->message) + events_of(*each), 4);
    }
  }

  std::string events_of(const Finding& finding) const {
    if (!style_.verbose || finding.events.empty()) return {};
    constexpr size_t kMost = 8;
    std::vector<EventNumber> events = finding.events;
    if (events.size() > kMost) events.resize(kMost);
    return fmt::format(" [event{} {}]", events.size() == 1 ? "" : "s", fmt::join(events, ", "));
  }

  const Report& report_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string diff_text(const Report& report, const Style& style) { return Text(report, style).take(); }

}  // namespace cttrace::canon
