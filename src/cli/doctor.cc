// `cttrace doctor`: what this host allows, for a person or as JSON.
#include "source/doctor.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/version.h"
#include "cli/wrap.h"

namespace cttrace {
namespace {

constexpr size_t kNameColumn = 11, kFoundColumn = 33;

struct Shown {
  std::string_view word;
  std::string_view color;
};

Shown shown(const Capability& capability) {
  switch (capability.verdict) {
    case Capability::Verdict::kWorks: return {"ok", "\033[32m"};
    case Capability::Verdict::kUnknown: return {"unknown", "\033[33m"};
    case Capability::Verdict::kMissing: break;
  }
  return capability.needed ? Shown{"missing", "\033[31m"} : Shown{"no", "\033[33m"};
}

std::string text(const Diagnosis& diagnosis, bool color) {
  std::string out = std::string("cttrace ") + kVersion + " on Linux " + diagnosis.kernel + ", " + diagnosis.machine;
  out += "\n\n";
  for (const Capability& capability : diagnosis.capabilities) {
    const Shown verdict = shown(capability);
    const std::string word = padded(verdict.word, kNameColumn - 2);
    out += "  " + (color ? std::string(verdict.color) + word + "\033[0m" : word);
    out += padded(capability.name, kFoundColumn - kNameColumn) + wrap(capability.found, kFoundColumn);
    if (capability.remedy.empty()) continue;
    out += std::string(kFoundColumn, ' ') + wrap("remedy: " + capability.remedy, kFoundColumn);
  }
  out += "\n";
  const bool can_trace = !diagnosis.backend.empty();
  return out + wrap((can_trace ? "Tracing works here. Backend: " + diagnosis.backend : "Tracing is not possible here") +
                        " (" + diagnosis.why + ").",
                    0);
}

std::string_view name_of(Capability::Verdict verdict) {
  switch (verdict) {
    case Capability::Verdict::kWorks: return "works";
    case Capability::Verdict::kMissing: return "missing";
    case Capability::Verdict::kUnknown: break;
  }
  return "unknown";
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

std::string json(const Diagnosis& diagnosis, const Options& options) {
  nlohmann::ordered_json document;
  document["type"] = "doctor";
  document["version"] = 1;
  document["cttrace"] = kVersion;
  document["kernel"] = diagnosis.kernel;
  document["machine"] = diagnosis.machine;
  document["can_trace"] = !diagnosis.backend.empty();
  document["backend"] = text_or_null(diagnosis.backend);
  document["why"] = diagnosis.why;
  document["capabilities"] = nlohmann::ordered_json::array();
  for (const Capability& capability : diagnosis.capabilities) {
    nlohmann::ordered_json row;
    row["name"] = capability.name;
    row["verdict"] = name_of(capability.verdict);
    row["needed"] = capability.needed;
    row["found"] = capability.found;
    row["remedy"] = text_or_null(capability.remedy);
    document["capabilities"].push_back(row);
  }
  return document.dump(options.format == Format::kNdjson ? -1 : 2, ' ', false,
                       nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace

int doctor(const Options& options) {
  Result<Output> output = Output::whole(options.output);
  if (!output) throw Failure(output.error());
  const Diagnosis diagnosis = diagnose();
  output->write(!is_json(options.format) ? text(diagnosis, output->wants_color(options.color))
                                         : json(diagnosis, options));
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return diagnosis.backend.empty() ? 1 : 0;
}

}  // namespace cttrace
