import Glibc
import Testing
import Wire

@testable import Lab

/// Children of the lab: how they start, what they may use, how they end.
@Suite struct LabProcessTests {
  private let outputPath = "/tmp/\(RunName.next())-output.txt"

  @Test func outputAndExitCodeAreKept() throws {
    defer { Files.removeTree(outputPath) }
    let process = try LabProcess(["/bin/sh", "-c", "echo said; exit 3"], outputPath: outputPath)
    #expect(process.wait(timeoutNanoseconds: 5 * Nanoseconds.perSecond) == .exited(code: 3))
    #expect(process.output() == "said\n")
  }

  @Test func aProcessThatIgnoresTheRequestIsKilled() throws {
    defer { Files.removeTree(outputPath) }
    let process = try LabProcess(
      ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
      outputPath: outputPath
    )
    #expect(Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) { process.output() != "" })
    let ending = process.terminate(graceNanoseconds: 200 * Nanoseconds.perMillisecond)
    #expect(ending == .signalled(signal: SIGKILL))
    #expect(!process.isRunning)
  }

  @Test func aProcessThatNobodyHoldsIsKilled() throws {
    defer { Files.removeTree(outputPath) }
    var process: LabProcess? = try LabProcess(["/bin/sleep", "60"], outputPath: outputPath)
    let pid = try #require(process?.pid)
    process = nil
    #expect(kill(pid, 0) == -1)
  }

  @Test func limitsAndCoreAreSet() throws {
    defer { Files.removeTree(outputPath) }
    let process = try LabProcess(
      ["/bin/sh", "-c", "ulimit -n; grep Cpus_allowed_list /proc/self/status"],
      outputPath: outputPath,
      options: SpawnOptions(core: 0, openDescriptorsMax: 777)
    )
    #expect(process.wait(timeoutNanoseconds: 5 * Nanoseconds.perSecond) == .exited(code: 0))
    #expect(process.output() == "777\nCpus_allowed_list:\t0\n")
  }

  @Test func aProgramThatIsMissingFails() throws {
    defer { Files.removeTree(outputPath) }
    let process = try LabProcess(["/no/such/program"], outputPath: outputPath)
    #expect(process.wait(timeoutNanoseconds: 5 * Nanoseconds.perSecond) == .exited(code: 127))
    #expect(process.output().contains("/no/such/program"))
  }

  /// The kernel ends a child with its parent, however the parent ends: here a whole `sh` that is
  /// killed cannot be shown, but the setting that `setpriv` leaves behind can.
  @Test func aChildDiesWithTheLab() throws {
    defer { Files.removeTree(outputPath) }
    let process = try LabProcess(
      ["/usr/bin/setpriv", "--dump"],
      outputPath: outputPath
    )
    #expect(process.wait(timeoutNanoseconds: 5 * Nanoseconds.perSecond) == .exited(code: 0))
    #expect(process.output().contains("Parent death signal: KILL"))
  }
}
