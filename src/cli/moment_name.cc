#include "cli/moment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

#include "cli/values.h"

namespace cttrace {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kMostSeconds = 9'000'000'000;  // fits an int64_t in nanoseconds
// What is printed with a fraction: by -tt and -ttt, and by a story.
constexpr uint64_t kMicrosecond = 1000, kStory_ns = 100'000;

struct Unit {
  std::string_view name;
  uint64_t ns;
};
constexpr Unit kUnits[] = {{"ns", 1}, {"us", 1000}, {"ms", 1'000'000}, {"s", kSecond}};

Error no_moment(std::string_view text,
                std::string why = "no event number and no time: such as 57, +12.5ms, 0.3s, 22:13:20, web+58.4ms") {
  return usage_error("use --at", std::string(text), std::move(why));
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<uint64_t> whole(std::string_view text) {
  uint64_t number = 0;
  if (!is_number(text)) return std::nullopt;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  return number;
}

struct Decimal {
  uint64_t ns;         // of a unit of so many
  uint64_t precision;  // of the last digit
};

// Digits, and maybe a point and digits. Digits below a nanosecond are nothing.
std::optional<Decimal> decimal(std::string_view text, uint64_t unit_ns) {
  const size_t point = text.find('.');
  const std::optional<uint64_t> before = whole(text.substr(0, point));
  if (!before || *before > kMostSeconds * (kSecond / unit_ns)) return std::nullopt;
  Decimal value{.ns = *before * unit_ns, .precision = unit_ns};
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (point != std::string_view::npos && !is_number(fraction)) return std::nullopt;
  for (const char digit : fraction) {
    value.precision = std::max<uint64_t>(value.precision / 10, 1);
    unit_ns /= 10;
    value.ns += static_cast<uint64_t>(digit - '0') * unit_ns;
  }
  if (value.ns > kMostSeconds * kSecond) return std::nullopt;
  return value;
}

// Nobody prints tenths of a second: who leaves zeros out means them.
uint64_t printed(const Decimal& seconds) {
  return seconds.precision == kSecond ? kSecond : std::min(seconds.precision, kMicrosecond);
}

// Two digits and what follows a colon.
std::optional<MomentName> time_of_day(std::string_view text) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hours = whole(text.substr(0, 2)), minutes = whole(text.substr(3, 2));
  if (text.size() > 8 && text[8] != '.') return std::nullopt;
  const std::optional<Decimal> seconds = decimal(text.substr(6), kSecond);
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || seconds->ns >= 61 * kSecond)
    return std::nullopt;
  return MomentName{.kind = MomentName::Kind::kTimeOfDay,
                    .number = (*hours * 3600 + *minutes * 60) * kSecond + seconds->ns,
                    .precision = printed(*seconds)};
}

// As in a header and in the completeness statement; UTC.
std::optional<MomentName> iso_time(std::string_view text) {
  if (!text.ends_with('Z')) return std::nullopt;
  text.remove_suffix(1);
  std::tm parts{};
  const std::string date(text.substr(0, text.find('T')));
  const char* const end = strptime(date.c_str(), "%Y-%m-%d", &parts);
  const auto of_day = date.size() < text.size() ? time_of_day(text.substr(date.size() + 1)) : std::nullopt;
  const time_t midnight = timegm(&parts);
  if (!end || *end || !of_day || midnight < 0 || static_cast<uint64_t>(midnight) > kMostSeconds) return std::nullopt;
  return MomentName{.kind = MomentName::Kind::kSince1970,
                    .number = static_cast<uint64_t>(midnight) * kSecond + of_day->number,
                    .precision = of_day->precision};
}

std::optional<MomentName> with_unit(std::string_view text, MomentName::Kind kind) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const size_t end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view name = text.substr(end);
  if (name.starts_with(' ')) name.remove_prefix(1);  // as a story prints it
  const auto* const unit = std::ranges::find(kUnits, name, &Unit::name);
  if (unit == std::end(kUnits)) return std::nullopt;
  const std::optional<Decimal> value = decimal(text.substr(0, end), unit->ns);
  if (!value) return std::nullopt;
  // A story rounds its times.
  const uint64_t precision = kind == MomentName::Kind::kInStory ? std::min(value->precision, kStory_ns) : 1;
  return MomentName{.kind = kind, .number = value->ns, .precision = precision};
}

// A name may have a plus in it, a time has not.
std::optional<MomentName> in_story(std::string_view text) {
  const size_t plus = text.rfind('+');
  if (plus == std::string_view::npos || plus == 0) return std::nullopt;
  std::optional<MomentName> when = with_unit(text.substr(plus), MomentName::Kind::kInStory);
  if (when) when->container = text.substr(0, plus);
  return when;
}

// The first such time of a day that is not over when tracing begins.
uint64_t next_time_of_day(uint64_t of_day_ns, uint64_t precision, uint64_t begin_ns) {
  const auto begin = static_cast<time_t>(begin_ns / kSecond);
  std::tm parts{};
  localtime_r(&begin, &parts);
  for (int days = 0;; ++days) {
    std::tm then = parts;
    then.tm_mday += days;
    then.tm_hour = static_cast<int>(of_day_ns / kSecond / 3600);
    then.tm_min = static_cast<int>(of_day_ns / kSecond / 60 % 60);
    then.tm_sec = static_cast<int>(of_day_ns / kSecond % 60);
    then.tm_isdst = -1;
    const uint64_t real_ns = static_cast<uint64_t>(mktime(&then)) * kSecond + of_day_ns % kSecond;
    if (days || real_ns + precision > begin_ns) return real_ns;
  }
}

// In the largest unit of which there is one.
std::string time_between(uint64_t ns) {
  size_t unit = std::size(kUnits) - 1;
  while (unit && ns < kUnits[unit].ns) --unit;
  const uint64_t one = kUnits[unit].ns;
  return one == 1 ? fmt::format("{} ns", ns)
                  : fmt::format("{}.{:03} {}", ns / one, ns % one / (one / 1000), kUnits[unit].name);
}

}  // namespace

Result<MomentName> parse_moment(std::string_view text) {
  if (is_number(text)) {
    const std::optional<uint64_t> number = whole(text);
    if (!number) return no_moment(text, "no trace has so many events");
    if (*number == 0) return no_moment(text, "events are counted from 1");
    return MomentName{.kind = MomentName::Kind::kEvent, .number = *number};
  }
  if (const auto when = with_unit(text, MomentName::Kind::kSinceStart)) return *when;
  if (const auto when = time_of_day(text)) return *when;
  if (const auto when = iso_time(text)) return *when;
  if (const auto when = in_story(text)) return *when;
  const std::optional<Decimal> seconds = decimal(text, kSecond);
  if (!seconds) return no_moment(text);
  // No trace is so old: a unit was forgotten.
  if (seconds->ns < 100'000'000 * kSecond) return no_moment(text, "a unit is missing: s, ms, us or ns");
  return MomentName{.kind = MomentName::Kind::kSince1970, .number = seconds->ns, .precision = printed(*seconds)};
}

MomentName since_start(const MomentName& when, uint64_t begin_ns, const TraceInfo& info) {
  return {.kind = MomentName::Kind::kSinceStart,
          .number = begin_ns - info.start_ns + when.number,
          .precision = when.precision};
}

Result<MomentSpan> moment_in(const MomentName& when, const TraceInfo& info) {
  if (when.kind == MomentName::Kind::kEvent) return MomentSpan{.event = when.number};
  if (when.kind == MomentName::Kind::kSinceStart) {
    const uint64_t time_ns = info.start_ns + when.number;
    return MomentSpan{.first_ns = time_ns - std::min(when.number, when.precision / 2),
                      .last_ns = time_ns + (when.precision - 1) / 2};
  }
  const auto offset_ns = static_cast<uint64_t>(info.realtime_offset_ns);
  const uint64_t begin_ns = info.start_ns + offset_ns;
  const uint64_t real_ns =
      when.kind == MomentName::Kind::kTimeOfDay ? next_time_of_day(when.number, when.precision, begin_ns) : when.number;
  // Everything that is printed with this time had happened.
  const uint64_t last_ns = real_ns + when.precision - 1;
  if (last_ns < begin_ns)
    return usage_error("use --at", "",
                       fmt::format("that is {} before the trace begins", time_between(begin_ns - last_ns)));
  return MomentSpan{.first_ns = std::max(real_ns, begin_ns) - offset_ns, .last_ns = last_ns - offset_ns};
}

}  // namespace cttrace
