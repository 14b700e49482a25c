// The completeness statement: what is counted, and that nothing is claimed that is not known.
#include "render/completeness.h"

#include <gtest/gtest.h>

#include "made_events.h"

namespace cttrace {
namespace {

Loss loss_of(ct_loss_kind kind, uint64_t count, bool final = true) {
  Loss loss{.recorded = 10, .final = final};
  loss.counts[kind] = count;
  return loss;
}

std::string text_after(const std::vector<Event>& events, const BadRecords& bad = {}, bool whole = true) {
  Completeness completeness;
  for (const auto& event : events) completeness.see(event);
  return completeness.text(made_info(), bad, whole);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Completeness, SinceWhenByWhatAndHowMuch) {
  const std::string text =
      text_after({made_call("fork", {}), TaskExit{}, Loss{.recorded = 2, .final = true, .still_running = 1}});
  EXPECT_TRUE(has_line(text,
                       "cttrace: ebpf (raw tracepoints), live from 2020-09-13T12:26:41.000000Z: 2 events, 1 call, "
                       "1 process still running"))
      << text;
  EXPECT_TRUE(has_line(text, "cttrace: nothing lost")) << text;
}

TEST(Completeness, WhatTheKernelContradictsIsCountedAndTheFirstIsTold) {
  Completeness completeness;
  EXPECT_EQ(completeness.contradictions_text(), "");
  completeness.see(Changes{Contradicted{.what = "uids of \x1b[m", .model = "0", .kernel = "1"}, TaskEnded{}});
  completeness.see(Changes{Contradicted{.what = "other", .model = "2", .kernel = "3"}});
  EXPECT_EQ(completeness.contradicted, 2u);
  EXPECT_TRUE(
      has_line(completeness.text(made_info(), {}, true),
               "cttrace: the kernel said otherwise than the calls 2 times, first of uids of \\x1b[m: by the calls 0, "
               "by the kernel 1: perhaps somebody who is not traced was at work, or what a mount was on was removed "
               "in another namespace"))
      << completeness.text(made_info(), {}, true);
}

TEST(Completeness, NobodyThatStillRunsIsNotWorthAWord) {
  EXPECT_EQ(text_after({Loss{.recorded = 2, .final = true}}).find("still running"), std::string::npos);
}

TEST(Completeness, NothingIsLostOnlyWhereTheTraceWasClosed) {
  for (const std::string& text : {text_after({}), text_after({loss_of(CT_LOSS_RING_FULL, {}, false)})}) {
    EXPECT_EQ(text.find("nothing lost"), std::string::npos) << text;
    EXPECT_TRUE(has_line(text, "cttrace: not known whether anything was lost: the trace has no closing record"))
        << text;
  }
  const std::string broken = text_after({loss_of(CT_LOSS_RING_FULL, 0)}, {}, false);
  EXPECT_EQ(broken.find("nothing lost"), std::string::npos);
  EXPECT_TRUE(has_line(broken, "cttrace: lost: everything after this: the recording broke off")) << broken;
}

TEST(Completeness, EveryKindOfLossIsTold) {
  for (size_t kind = 0; kind < CT_LOSS_COUNT; ++kind) {
    const std::string text = text_after({loss_of(static_cast<ct_loss_kind>(kind), 12345)});
    const bool lost = kind == CT_LOSS_RING_FULL || kind == CT_LOSS_TASKS_FULL || kind == CT_LOSS_SCRATCH_BUSY;
    EXPECT_NE(text.find(lost ? "cttrace: lost: 12345 " : "cttrace: incomplete: 12345 "), std::string::npos) << text;
    EXPECT_EQ(text.find("nothing lost") == std::string::npos, lost) << text;
    EXPECT_STRNE(loss_kind(kind).field, "");
  }
  const std::string bad = text_after({loss_of(CT_LOSS_RING_FULL, 0)}, {.malformed = 3, .late = 1});
  EXPECT_TRUE(has_line(bad, "cttrace: lost: 3 records made no sense; the order of 1 record, which came late")) << bad;
}

TEST(Completeness, CallsThatAreNotWhole) {
  Call entry = made_call("fork", {});
  entry.enter_lost = true;
  Call result = made_call("fork", {});
  result.outcome = Outcome::kReturnLost;
  Call inside = made_call("fork", {});
  inside.outcome = Outcome::kDidNotReturn;
  inside.cut = true;
  const Call longer = made_call("fsopen", {truncated("a"), 0});
  const std::string text = text_after({entry, result, inside, longer, loss_of(CT_LOSS_RING_FULL, 0)});
  EXPECT_TRUE(has_line(text, "cttrace: lost: the entry of 1 call; the return of 1 call")) << text;
  EXPECT_TRUE(has_line(text,
                       "cttrace: incomplete: 1 argument shown in part; 1 call with captures missing; "
                       "1 call did not return"))
      << text;
}

TEST(Completeness, PathsWhosePlaceIsNotKnown) {
  Completeness completeness;
  Call call = made_call("chroot", {"/a"});
  completeness.see(call);
  EXPECT_EQ(completeness.unresolved, 1u);
  call.args[0].resolved = "/a";
  completeness.see(call);
  completeness.see(made_call("chroot", {null()}));
  completeness.see(made_call("chroot", {faulted()}));
  EXPECT_EQ(completeness.unresolved, 1u);
  EXPECT_EQ(completeness.calls, 4u);
}

TEST(Completeness, NewsAreToldOnce) {
  Completeness completeness;
  EXPECT_EQ(completeness.news(), "");
  completeness.see(loss_of(CT_LOSS_RING_FULL, 5, false));
  EXPECT_EQ(completeness.news().substr(0, 10), "5 records:");
  EXPECT_EQ(completeness.news(), "");
  completeness.see(loss_of(CT_LOSS_RING_FULL, 12, false));
  EXPECT_EQ(completeness.news().substr(0, 10), "7 records:");
  completeness.see(loss_of(CT_LOSS_TRUNCATED, 3, false));  // nothing is missing whole
  EXPECT_EQ(completeness.news(), "");
}

TEST(Completeness, IsTheEndOfCallsUnlessItIsNotWanted) {
  Written written(Format::kCalls);
  EXPECT_EQ(written.begin().event(loss_of(CT_LOSS_RING_FULL, 0)).end().all().substr(0, 14), "cttrace: ebpf ");
  RenderOptions options;
  options.quiet = true;
  Written quiet(Format::kCalls, options);
  EXPECT_EQ(quiet.begin().event(loss_of(CT_LOSS_RING_FULL, 0)).end().all(), "");
  Written lossy(Format::kCalls, options);
  EXPECT_TRUE(has_line(lossy.begin().event(loss_of(CT_LOSS_RING_FULL, 3)).end().all(),
                       "cttrace: lost: 3 records: the ring buffer was full (a larger --buffer helps)"));
}

TEST(Completeness, LossIsToldWhereItHappened) {
  Written written(Format::kCalls);
  written.begin()
      .event(made_call("fork", {}))
      .event(loss_of(CT_LOSS_RING_FULL, 5, false))
      .event(made_call("vfork", {}));
  ASSERT_EQ(written.writes.size(), 3u);
  EXPECT_EQ(written.writes[1].substr(0, 33), "cttrace: lost here: 5 records: th");
}

TEST(Completeness, TimesInUtc) {
  EXPECT_EQ(utc_time(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc_time(1'600'000'000'123'456'789), "2020-09-13T12:26:40.123456Z");
}

TEST(Completeness, HostileRecordingsCannotWriteToTheTerminal) {
  TraceInfo info = made_info();
  info.backend = info.hooks = "\x1b[2J\n\xc2\x9b";
  const std::string text = Completeness().text(info, {}, true);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << text;
  EXPECT_EQ(text.find("\n\n"), std::string::npos);
}

TEST(Completeness, WhatWasVerifiedAndWhatWasNot) {
  Completeness completeness;
  EXPECT_EQ(completeness.verification_text(true), "");
  VerificationReport& found = completeness.verification.emplace();
  EXPECT_EQ(completeness.verification_text(true), "cttrace: verified: nothing, as no container was handed over\n");
  EXPECT_EQ(completeness.verification_text(false), "");
  found.containers = 2;
  found.comparisons = 5;
  found.not_verified["it had ended"] = 1;
  EXPECT_EQ(completeness.verification_text(true),
            "cttrace: verified: 2 containers are as the kernel says, compared 5 times\n"
            "cttrace: not verified: 1 container: it had ended\n");
  EXPECT_EQ(completeness.verification_text(false), "");
}

TEST(Completeness, ADisagreementIsToldWithBothSidesAndEscaped) {
  Completeness completeness;
  VerificationReport& found = completeness.verification.emplace();
  found.disagreements.push_back(
      {.pid = 7, .when = "at the end", .differences = {{"a mount", "none", "tmpfs on /\x1b[2J"}}, .more = 1});
  found.more_disagreements = 2;
  const std::string expected =
      "cttrace: cttrace and the kernel disagree on process 7, at the end:\n"
      "cttrace:   a mount: cttrace none; the kernel tmpfs on /\\x1b[2J\n"
      "cttrace:   and 1 more difference\n"
      "cttrace: they disagree 2 times more\n";
  EXPECT_EQ(completeness.verification_text(true), expected);
  EXPECT_EQ(completeness.verification_text(false), expected);
}

}  // namespace
}  // namespace cttrace
