// How the parts are joined.
#include "cli/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/escape.h"
#include "cli/values.h"
#include "render/completeness.h"
#include "source/synthetic.h"

namespace cttrace {
namespace {

// Moves are told beside calls: where none that moves is asked for, or only those that failed, they would be noise.
bool wants_cgroup_moves(const Options& options) {
  if (!options.render.status.successful) return false;
  if (!options.selection) return true;
  return std::ranges::any_of(syscall_rows(), [&](const SyscallRow& row) {
    return (row.groups & kCgroup) && options.selection->includes(row);
  });
}

RenderOptions render_options(const Options& options, const Output& output, const TreeChanges* trees) {
  RenderOptions render = options.render;
  render.trees = trees;
  render.width = output.width();
  render.color = output.wants_color(options.color);
  render.cgroup_moves = wants_cgroup_moves(options);
  if (options.at) render.with_calls = false;
  return render;
}

// As the heading of a moment has it.
std::string since_text(uint64_t ns) { return fmt::format("{}.{:06} ms", ns / 1'000'000, ns % 1'000'000); }

TellerOptions teller_options(const Options& options) {
  TellerOptions teller{.keep_calls = options.render.verbose && options.format == Format::kStory};
  if (options.selection)
    teller.selects = [selection = *options.selection](const SyscallRow& row) { return selection.includes(row); };
  return teller;
}

}  // namespace

Pipeline::Pipeline(EventSource& source, const Options& options, Output& output, RecordingWriter* recording)
    : source_(source),
      output_(output),
      recording_(recording),
      selection_(options.selection),
      format_(options.format),
      trees_(options.trees ? std::optional(TreeKeeper()) : std::nullopt),
      renderer_(make_renderer(options.format, render_options(options, output, trees_ ? &trees_->changes() : nullptr),
                              [this](std::string_view text) { write(text); })),
      model_(source.info()),
      teller_(teller_options(options), [this](News&& news) { tell(news); }),
      decoder_([this](Event&& event) { show(event); }),
      sink_([this](std::span<const std::byte> record) { take(record); }) {
  if (options.verify) verification_.emplace();
  if (options.at) {
    const Result<MomentSpan> span = moment_in(*options.at, source.info());
    if (!span) throw Failure(span.error());
    at_ = options.at;
    span_ = *span;
    moment_.emplace(MomentKeeper::Wanted{.event = span->event, .time_ns = span->last_ns}, source.info().start_ns);
  }
  renderer_->begin(source_.info());
}

bool Pipeline::step(std::chrono::milliseconds patience) {
  const bool more = source_.poll(patience, sink_);
  teller_.until(decoder_.told_until_ns());
  if (verification_) verification_->complete_until(decoder_.told_until_ns(), model_);
  output_.flush();
  if (recording_) recording_->flush();
  return more;
}

void Pipeline::take(std::span<const std::byte> record) {
  if (recording_) recording_->write(record);
  if (verification_) verification_->see(record);
  decoder_.feed(record);
}

void Pipeline::show(const Event& event) {
  ++number_;
  if (!std::holds_alternative<Loss>(event)) last_number_ = number_;
  const Call* const call = std::get_if<Call>(&event);
  const bool whole = format_ == Format::kStory || format_ == Format::kList;  // of which the steps are chosen
  const bool chosen = !call || whole || !selection_ || selection_->includes(*call->row);
  if (chosen) renderer_->event(event, number_);
  if (format_ == Format::kCalls && !verification_) return;
  if (verification_) verification_->before(event, model_);
  if (moment_) moment_->before(event, number_, model_.state());
  // What is left out has to be known, too.
  static const State nothing;
  const State& kept = trees_ && !keeps_trees(event) ? nothing : model_.state();
  if (trees_) trees_->before(event, kept);
  const Changes& changes = model_.apply(event);
  if (trees_) trees_->after(number_, changes, kept);
  if (verification_) verification_->after(changes);
  if (!changes.empty()) renderer_->changes(model_.state(), changes, number_, chosen);
  if (format_ != Format::kCalls) teller_.event(event, number_, changes, model_.state());
}

// Each tree costs as many mounts as are in it, so what makes many of them one by one would cost their square.
bool Pipeline::keeps_trees(const Event& event) {
  constexpr size_t kMostMounts = 1'000'000;
  const auto* const call = std::get_if<Call>(&event);
  if (!call || !(call->row->groups & (kMount | kRoot)) || call->outcome != Outcome::kReturned || call->result < 0)
    return true;
  const TaskState* const task = model_.state().task(id_of(call->task));
  const MountTree* const tree = task ? model_.state().mounts_of(*task) : nullptr;
  const size_t mounts = tree ? tree->size() : 0;
  // A root switch is what one looks for, and comes late; what becomes of the old root comes after it.
  root_switched_ = root_switched_ || (call->row->groups & kRoot);
  const size_t most = root_switched_ ? 2 * kMostMounts : kMostMounts;
  if (kept_mounts_ + mounts > most) return ++trees_left_out_, false;
  kept_mounts_ += mounts;
  return true;
}

void Pipeline::tell(const News& news) {
  kept_mounts_ = 0;
  root_switched_ = false;
  if (verification_) verification_->told(news, model_.state());
  if (moment_) {
    moment_->told(news);
    if (const auto* told = std::get_if<Container>(&news)) told_.push_back({told->short_name, told->set_up.start_ns});
  }
  renderer_->news(news);
}

void Pipeline::finish() {
  if (verification_) read_what_runs();
  source_.stop(sink_);
  end(true);
}

// What runs is known from the events, and those are told a little later than they happened.
void Pipeline::read_what_runs() {
  constexpr std::chrono::milliseconds kPause{2};
  const uint64_t now_ns = boottime_ns();
  for (int tries = 0; tries < 10 && decoder_.told_until_ns() < now_ns; ++tries) source_.poll(kPause, sink_);
  verification_->read_what_runs(model_.state());
}

void Pipeline::break_off() { end(false); }

void Pipeline::write(std::string_view text) {
  if (moment_)
    held_ += text;
  else
    output_.write(text);
}

void Pipeline::end(bool whole) {
  decoder_.finish();
  teller_.finish();
  if (moment_) show_moment();
  if (trees_left_out_)
    hint_ = fmt::format("--trees: those around {} are left out, as there were too many mounts in them",
                        plural(trees_left_out_, "call"));
  if (verification_) {
    verification_->finish(model_);
    renderer_->verified(verification_->report());
  }
  renderer_->end(decoder_.bad_records(), whole);
  if (!not_shown_) output_.write(held_);
  output_.flush();
}

std::optional<Moment> Pipeline::find_moment() {
  State last = model_.state();
  if (span_.event > last_number_) return std::nullopt;
  // The trace may end within what is printed as this time.
  const uint64_t end_ns = last.time_ns;
  if (!span_.event && span_.first_ns <= end_ns) last.time_ns = std::max(end_ns, span_.last_ns);
  std::optional<Moment> moment = moment_->finish(last);
  if (!moment) return moment;
  moment->time_ns = std::min(moment->time_ns, end_ns);
  moment->event = moment->state.event = std::min(moment->event, last_number_);
  return moment;
}

void Pipeline::show_moment() {
  const uint64_t start_ns = source_.info().start_ns, end_ns = model_.state().time_ns;
  const std::optional<Moment> moment = find_moment();
  if (!moment) {
    not_shown_ = usage_error("use --at", "",
                             fmt::format("the trace ends before that, after {} and {}", plural(last_number_, "event"),
                                         since_text(end_ns - std::min(end_ns, start_ns))));
    return;
  }
  renderer_->moment(*moment);
  if (at_->kind != MomentName::Kind::kSinceStart || told_.size() != 1 || moment->time_ns >= told_[0].time_ns) return;
  const std::string name = escape_for_terminal(told_[0].name);
  hint_ = fmt::format("the story of container {} begins {} after tracing did: --at {}+TIME counts from there", name,
                      since_text(told_[0].time_ns - start_ns), name);
}

}  // namespace cttrace
