// Entry and exit become one call.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <signal.h>

#include <cerrno>

#include "records.h"

namespace cttrace::test {
namespace {

const Args kChdir = {kPointer};

TEST(DecoderCalls, EntryAndExitAreOneCall) {
  const Call call = decode({enters("chdir", kChdir).at(100).by(7, 5).string(0, "/tmp"),
                            returns("chdir", kChdir, -ENOENT).at(150).by(7, 5).entered_at(100)})
                        .call();
  EXPECT_EQ(call.row->name, "chdir");
  EXPECT_EQ(call.number, 80u);
  EXPECT_EQ(call.task.tid, 7u);
  EXPECT_EQ(call.task.tgid, 5u);
  EXPECT_EQ(call.task.start_ns, 1u);
  EXPECT_EQ(call.outcome, Outcome::kReturned);
  EXPECT_EQ(call.result, -ENOENT);
  EXPECT_EQ(call.start_ns, 100u);
  EXPECT_EQ(call.duration_ns, 50u);
  EXPECT_FALSE(call.enter_lost || call.cut);
  ASSERT_EQ(call.args.size(), 1u);
  EXPECT_EQ(call.args[0].raw, kPointer);
  EXPECT_EQ(call.args[0].reading, Reading::kOk);
  EXPECT_EQ(call.args[0].bytes, "/tmp");
  EXPECT_FALSE(call.args[0].changed);
}

TEST(DecoderCalls, ThreadsDoNotDisturbEachOther) {
  const auto calls = decode({enters("chdir", kChdir).at(100).by(7).string(0, "/seven"),
                             enters("chdir", kChdir).at(100).by(8).string(0, "/eight"),
                             returns("chdir", kChdir, 0).at(150).by(8).entered_at(100),
                             returns("chdir", kChdir, 0).at(160).by(7).entered_at(100)})
                         .calls();
  ASSERT_EQ(calls.size(), 2u);
  for (const Call& call : calls) EXPECT_EQ(call.args[0].bytes, call.task.tid == 7 ? "/seven" : "/eight");
}

TEST(DecoderCalls, NumbersMeanWhatTheyMeanInTheirAbi) {
  // 12 is chdir on i386, and something else on x86_64.
  const auto decoded = decode({returns("chdir", kChdir, 0, Abi::i386).at(9).flagged(CT_FLAG_ENTER_LOST)});
  EXPECT_EQ(decoded.call().row->name, "chdir");
  EXPECT_EQ(decoded.call().abi, Abi::i386);
  auto record = returns("chdir", kChdir, 0, Abi::i386);
  record.header().abi = CT_ABI_X86_64;
  EXPECT_EQ(decode({record}).bad.malformed, 1u);
}

// Registers are wider than an int, and programs may leave anything above.
TEST(DecoderCalls, OfARegisterCountsWhatTheKernelTakes) {
  constexpr uint64_t kAbove = uint64_t{1} << 32;
  const auto numbers = [](const char* name, const Args& args) {
    std::vector<uint64_t> raw;
    for (const Argument& argument : decode({returns(name, args, 0).at(9).flagged(CT_FLAG_ENTER_LOST)}).call().args)
      raw.push_back(argument.raw);
    return raw;
  };
  const std::vector<uint64_t> flag = {3, 0, kAbove | kPointer};
  const auto fsconfig = numbers("fsconfig", {kAbove | 3, kAbove, kAbove | kPointer, 0, 0});
  EXPECT_EQ(std::vector(fsconfig.begin(), fsconfig.begin() + 3), flag);
  const auto prctl = numbers("prctl", {kAbove | 4, kAbove | 1});  // PR_SET_DUMPABLE, of an unsigned long
  EXPECT_EQ(prctl, (std::vector<uint64_t>{4, kAbove | 1}));
  EXPECT_EQ(numbers("unshare", {kAbove | CLONE_NEWNS}), std::vector<uint64_t>{kAbove | CLONE_NEWNS});
}

TEST(DecoderCalls, WhatGoesToStderrHasARowOfItsOwn) {
  const auto row_of = [](uint32_t flags) {
    const auto entry = [&](uint64_t time) {
      return enters("write", {2, kPointer, 2}).at(time).by(7).flagged(flags & CT_FLAG_WORDS).bytes(1, "no");
    };
    return decode({entry(100), returns("write", {2, kPointer, 2}, 2).at(150).by(7).entered_at(100).flagged(flags)})
        .call()
        .row;
  };
  EXPECT_FALSE(row_of(0)->flags & CT_ROW_WORDS);
  EXPECT_TRUE(row_of(CT_FLAG_WORDS)->flags & CT_ROW_WORDS);
  EXPECT_EQ(row_of(CT_FLAG_WORDS)->name, "write");
  // Of one without an entry its exit tells.
  const auto alone = returns("writev", {2, kPointer, 2}, 2).at(150).flagged(CT_FLAG_ENTER_LOST | CT_FLAG_WORDS);
  EXPECT_TRUE(decode({alone}).call().row->flags & CT_ROW_WORDS);
  // A call that has no such row.
  const auto other = returns("chdir", {kPointer}, 0).at(150).flagged(CT_FLAG_ENTER_LOST | CT_FLAG_WORDS);
  EXPECT_EQ(decode({other}).call().row->name, "chdir");
}

// It comes when the program of its thread has ended, or is about to.
TEST(DecoderCalls, OneThatWasKeptIsWhole) {
  const Args args = {2, kPointer, 3};
  auto kept = returns("write", args, 3).at(150).by(7).entered_at(100).flagged(CT_FLAG_WORDS | CT_FLAG_KEPT);
  kept.body.left_out = 20;
  kept.body.behind = 4;
  const auto calls = decode({enters("execve", {kPointer}).at(200).by(7).string(0, "/bin/other"), kept.bytes(1, "end"),
                             returns("execve", {kPointer}, 0).at(300).by(7).entered_at(200)})
                         .calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].row->name, "write");
  EXPECT_TRUE(calls[0].row->flags & CT_ROW_WORDS);
  EXPECT_EQ(calls[0].args[1].bytes, "end");
  EXPECT_EQ(calls[0].outcome, Outcome::kReturned);
  EXPECT_EQ(calls[0].result, 3);
  EXPECT_EQ(calls[0].start_ns, 100u);
  EXPECT_EQ(calls[0].duration_ns, 50u);
  EXPECT_FALSE(calls[0].enter_lost);
  ASSERT_TRUE(calls[0].kept);
  EXPECT_EQ(calls[0].kept->left_out, 20u);
  EXPECT_EQ(calls[0].kept->behind, 4u);
  // What its thread was in meanwhile.
  EXPECT_EQ(calls[1].row->name, "execve");
  EXPECT_EQ(calls[1].outcome, Outcome::kReturned);
  EXPECT_FALSE(calls[1].enter_lost);
  EXPECT_FALSE(calls[1].kept);
}

TEST(DecoderCalls, ArgumentsChooseTheVariant) {
  const auto of_prctl = [](uint64_t option) { return decode({returns("prctl", {option, 1}, 0)}).call(); };
  EXPECT_EQ(of_prctl(38).args[1].spec->name, "state");               // PR_SET_NO_NEW_PRIVS
  EXPECT_EQ(of_prctl(24).args[1].spec->name, "cap");                 // PR_CAPBSET_DROP
  EXPECT_EQ(of_prctl(0xffff).args[1].spec->name, "arg2");            // none that is known
  EXPECT_EQ(of_prctl(38 | 1ull << 40).args[1].spec->name, "state");  // an int: the kernel ignores the rest
}

TEST(DecoderCalls, WhatSeccompDeniedWasNeverEntered) {
  const Call denied = decode({never_entered("chdir", kChdir, -EPERM).at(100).by(7).string(0, "/tmp")}).call();
  EXPECT_EQ(denied.outcome, Outcome::kDeniedBySeccomp);
  EXPECT_EQ(denied.result, -EPERM);
  EXPECT_EQ(denied.start_ns, 100u);
  EXPECT_EQ(denied.duration_ns, std::nullopt);
  EXPECT_EQ(denied.args[0].bytes, "/tmp");
  EXPECT_FALSE(denied.enter_lost);
  EXPECT_EQ(decode({never_entered("mknod", {kPointer}, 0)}).call().outcome, Outcome::kAnsweredBySeccomp);
  EXPECT_EQ(decode({never_entered("mknod", {kPointer}, 133).flagged(CT_FLAG_SIGSYS)}).call().outcome,
            Outcome::kSigsysBySeccomp);
}

TEST(DecoderCalls, EntryThatWasLost) {
  const Call call =
      decode({returns("chdir", kChdir, 0).at(150).by(7).entered_at(100).flagged(CT_FLAG_ENTER_LOST).string(0, "/tmp")})
          .call();
  EXPECT_TRUE(call.enter_lost);
  EXPECT_EQ(call.outcome, Outcome::kReturned);
  EXPECT_EQ(call.start_ns, 100u);
  EXPECT_EQ(call.duration_ns, 50u);
  EXPECT_EQ(call.args[0].bytes, "/tmp");
}

TEST(DecoderCalls, ReturnThatWasLostIsToldByWhatTheThreadDoesNext) {
  const auto next_call = decode({enters("chdir", kChdir).at(100).by(7), enters("fork", {}).at(200).by(7)}).calls();
  ASSERT_EQ(next_call.size(), 2u);
  EXPECT_EQ(next_call[0].outcome, Outcome::kReturnLost);
  EXPECT_EQ(next_call[0].duration_ns, std::nullopt);
  EXPECT_EQ(next_call[1].outcome, Outcome::kDidNotReturn);

  const auto other_return =
      decode({enters("chdir", kChdir).at(100).by(7), returns("fork", {}, 9).at(250).by(7).entered_at(200)}).calls();
  ASSERT_EQ(other_return.size(), 2u);
  EXPECT_EQ(other_return[0].outcome, Outcome::kReturnLost);
  EXPECT_EQ(other_return[1].outcome, Outcome::kReturned);
  EXPECT_TRUE(other_return[1].enter_lost);

  const auto denied =
      decode({enters("chdir", kChdir).at(100).by(7), never_entered("fork", {}, -EPERM).at(200).by(7)}).calls();
  ASSERT_EQ(denied.size(), 2u);
  EXPECT_EQ(denied[0].outcome, Outcome::kReturnLost);
  EXPECT_EQ(denied[1].outcome, Outcome::kDeniedBySeccomp);
}

TEST(DecoderCalls, OneThatIsLeftByEndingDidNotReturn) {
  const auto ended = [](uint32_t flags) {
    const auto decoded = decode({enters("chdir", kChdir).at(100).by(7), ends(9).at(200).by(7).flagged(flags)});
    EXPECT_EQ(decoded.events.size(), 2u);
    return decoded.call().outcome;
  };
  EXPECT_EQ(ended(CT_FLAG_IN_CALL), Outcome::kDidNotReturn);
  EXPECT_EQ(ended(0), Outcome::kReturnLost);
  // Another task with the same id is another thread.
  const auto other = decode({enters("chdir", kChdir).at(100).by(7, 7, 1), ends(9).at(200).by(7, 7, 2),
                             returns("chdir", kChdir, 0).at(300).by(7, 7, 1).entered_at(100)});
  EXPECT_EQ(other.call().outcome, Outcome::kReturned);
  // Tracing may end first. Where records were lost, the return may be one of them.
  EXPECT_EQ(decode({enters("chdir", kChdir).at(100).by(7)}).call().outcome, Outcome::kDidNotReturn);
  EXPECT_EQ(decode({enters("chdir", kChdir).at(100).by(7), loses(CT_LOSS_RING_FULL, 1)}).call().outcome,
            Outcome::kReturnLost);
  EXPECT_EQ(decode({enters("chdir", kChdir).at(100).by(7), loses(CT_LOSS_TRUNCATED, 1)}).call().outcome,
            Outcome::kDidNotReturn);
}

TEST(DecoderCalls, ExecByAThreadThatIsNotTheLeader) {
  // Thread 8 of process 7 becomes thread 7, as the kernel's de_thread() has it; the leader is told to end first.
  auto exec = executes().at(150).by(7, 7, 1);
  exec.body.old_tid = 8;
  const auto decoded = decode({enters("pivot_root", {kPointer, kPointer}).at(90).by(7, 7, 1),
                               enters("execve", {kPointer}).at(100).by(8, 7, 2).string(0, "/bin/sh"),
                               ends(0).at(140).by(7, 7, 1).flagged(CT_FLAG_IN_CALL), exec,
                               returns("execve", {kPointer}, 0).at(160).by(7, 7, 1).entered_at(100, 8)});
  const auto calls = decoded.calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].row->name, "pivot_root");
  EXPECT_EQ(calls[0].outcome, Outcome::kDidNotReturn);
  EXPECT_EQ(calls[1].row->name, "execve");
  EXPECT_EQ(calls[1].outcome, Outcome::kReturned);
  EXPECT_EQ(calls[1].task.tid, 8u);  // who called
  EXPECT_EQ(calls[1].args[0].bytes, "/bin/sh");
}

TEST(DecoderCalls, WhatCouldNotBeReadAtEntryIsReadAtExit) {
  const Call call = decode({enters("symlink", {kPointer, kPointer}).at(100).fault(0).fault(1),
                            returns("symlink", {kPointer, kPointer}, 0).at(150).entered_at(100).string(0, "to")})
                        .call();
  EXPECT_EQ(call.args[0].reading, Reading::kOk);
  EXPECT_EQ(call.args[0].bytes, "to");
  EXPECT_FALSE(call.args[0].changed);
  EXPECT_EQ(call.args[1].reading, Reading::kFaulted);
}

TEST(DecoderCalls, WhatDiffersAtExitChangedDuringTheCall) {
  const auto at_exit = [](uint8_t status, std::string_view text) {
    return decode({enters("chdir", kChdir).at(100).string(0, "/a"),
                   returns("chdir", kChdir, 0).at(150).entered_at(100).capture(0, CT_CAP_STRING, status, text)})
        .call()
        .args[0];
  };
  EXPECT_EQ(at_exit(CT_OK, "/b").bytes, "/a");
  EXPECT_EQ(*at_exit(CT_OK, "/b").changed, "/b");
  EXPECT_FALSE(at_exit(CT_OK, "/a").changed);
  EXPECT_FALSE(at_exit(CT_FAULT, "").changed);
  EXPECT_EQ(at_exit(CT_FAULT, "").bytes, "/a");
}

TEST(DecoderCalls, ArgvAndEnvp) {
  const Call call = decode({enters("execve", {kPointer, kPointer, kPointer})
                                .at(100)
                                .string(0, "/bin/ls")
                                .strings(1, {"ls", "", "-l"})
                                .count(2, 17),
                            returns("execve", {}, 0).at(150).entered_at(100)})
                        .call();
  EXPECT_EQ(call.args[1].strings, (std::vector<std::string>{"ls", "", "-l"}));
  EXPECT_EQ(call.args[2].count, 17u);
}

TEST(DecoderCalls, TheKernelsCopyOfWhatIsExecutedStandsInForUnreadableStrings) {
  const auto execute = [](const std::string& entry) {
    return decode({entry,
                   executes().at(140).by(7).string(CT_ARG_FILENAME, "/bin/sh").strings(CT_ARG_ARGV, {"sh", "-c"}),
                   returns("execve", {}, 0).at(150).by(7).entered_at(100)})
        .call();
  };
  const Call unread =
      execute(enters("execve", {kPointer}).at(100).by(7).fault(0).capture(1, CT_CAP_STRINGS, CT_FAULT, ""));
  EXPECT_EQ(unread.args[0].bytes, "/bin/sh");
  EXPECT_EQ(unread.args[0].reading, Reading::kOk);
  EXPECT_EQ(unread.args[1].strings, (std::vector<std::string>{"sh", "-c"}));
  const Call read = execute(enters("execve", {kPointer}).at(100).by(7).string(0, "sh").strings(1, {"sh"}));
  EXPECT_EQ(read.args[0].bytes, "sh");
  EXPECT_EQ(read.args[1].strings, (std::vector<std::string>{"sh"}));
}

TEST(DecoderCalls, TheKernelsNameForWhatExecveatIsGivenIsTakenBack) {
  const auto given = [](uint64_t dirfd, const std::string& filename) {
    return decode({enters("execveat", {dirfd, kPointer}).at(100).by(7).fault(1),
                   executes().at(140).by(7).string(CT_ARG_FILENAME, filename),
                   returns("execveat", {dirfd, kPointer}, 0).at(150).by(7).entered_at(100)})
        .call()
        .args[1]
        .bytes;
  };
  EXPECT_EQ(given(6, "/dev/fd/6"), "");
  EXPECT_EQ(given(6, "/dev/fd/6/bin/sh"), "bin/sh");
  EXPECT_EQ(given(6, "/bin/sh"), "/bin/sh");
  EXPECT_EQ(given(6, "/dev/fd/61"), "/dev/fd/61");
  EXPECT_EQ(given(static_cast<uint64_t>(AT_FDCWD), "bin/sh"), "bin/sh");
}

TEST(DecoderCalls, WhatIsExecutedIsNoArgumentOfAnotherCall) {
  // The records of chdir's return and of execve's entry were lost.
  const auto calls = decode({enters("chdir", kChdir).at(100).by(7).fault(0),
                             executes().at(140).by(7).string(CT_ARG_FILENAME, "/bin/sh"),
                             returns("execve", {}, 0).at(150).by(7).entered_at(130).flagged(CT_FLAG_ENTER_LOST)})
                         .calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].args[0].reading, Reading::kFaulted);
  EXPECT_EQ(calls[0].args[0].bytes, "");
}

TEST(DecoderCalls, DescriptorsReturnedAndMessagesOfFilesystemContexts) {
  const Call opened = decode({enters("fsopen", {kPointer}).at(1).string(0, "tmpfs"),
                              returns("fsopen", {kPointer}, 3)
                                  .at(2)
                                  .entered_at(1)
                                  .file(CT_ARG_RETURN, {.fs_type = "tmpfs", .kind = CT_FILE_FS_CONTEXT, .fd = 3})})
                          .call();
  ASSERT_TRUE(opened.returned_file);
  EXPECT_EQ(opened.returned_file->shown(), "fscontext:[tmpfs]");
  EXPECT_EQ(opened.returned_file->fd, 3);

  // As the kernel's logfc() keeps it.
  const std::string_view message = "e tmpfs: Unknown parameter 'bogus'\n";
  const Call refused =
      decode({enters("fsconfig", {3, 0}).at(1),
              returns("fsconfig", {3, 0}, -EINVAL).at(2).entered_at(1).capture(0, CT_CAP_FS_MESSAGE, CT_OK, message)})
          .call();
  EXPECT_EQ(refused.fs_message, "tmpfs: Unknown parameter 'bogus'");
  EXPECT_EQ(refused.args[0].reading, Reading::kNone);
}

TEST(DecoderCalls, WhatWasCreatedIsKnownToTheCallThatDidIt) {
  const auto created_by = [](std::string_view name) {
    return decode({enters(name, {kPointer}).at(100).by(7), forks(50).at(120).by(7),
                   returns(name, {kPointer}, 2).at(150).by(7).entered_at(100)})
        .call()
        .created_tid;
  };
  EXPECT_EQ(created_by("clone"), 50u);
  EXPECT_EQ(created_by("fork"), 50u);
  EXPECT_EQ(created_by("chdir"), 0u);  // of which the return was lost, and clone's entry
}

TEST(DecoderCalls, WhatMadeAThreadIsKnownToItsFork) {
  const auto flags_of = [](std::string_view name, const Args& args,
                           std::string_view memory) -> std::optional<uint64_t> {
    auto entry = enters(name, args).at(100).by(7);
    if (!memory.empty()) entry.bytes(0, memory);
    for (const Event& event : decode({entry, forks(50).at(120).by(7)}).events)
      if (const Fork* fork = std::get_if<Fork>(&event)) return fork->clone_flags;
    return std::nullopt;
  };
  // Without the signal, and without what an int has no room for.
  EXPECT_EQ(flags_of("clone", {uint64_t{1} << 40 | CLONE_NEWPID | CLONE_FS | SIGCHLD}, {}), CLONE_NEWPID | CLONE_FS);
  EXPECT_EQ(flags_of("fork", {}, {}), 0u);
  EXPECT_EQ(flags_of("vfork", {}, {}), CLONE_VFORK | CLONE_VM);
  const uint64_t into_cgroup = CLONE_INTO_CGROUP | CLONE_NEWTIME;
  EXPECT_EQ(flags_of("clone3", {kPointer, 88}, bytes_of(clone_args{.flags = into_cgroup})), into_cgroup);
  EXPECT_EQ(flags_of("clone3", {kPointer, 88}, {}), std::nullopt);
  EXPECT_EQ(flags_of("chdir", kChdir, {}), std::nullopt);
}

TEST(DecoderCalls, WhatIsCutIsToldForEitherRecord) {
  for (const bool entry : {true, false}) {
    const uint32_t cut = CT_FLAG_CUT;
    EXPECT_TRUE(decode({enters("chdir", kChdir).at(1).flagged(entry ? cut : 0),
                        returns("chdir", kChdir, 0).at(2).entered_at(1).flagged(entry ? 0 : cut)})
                    .call()
                    .cut);
  }
}

}  // namespace
}  // namespace cttrace::test
