import Glibc
import Testing

@testable import Lab

/// The names by which a later run knows what a crashed one has left behind.
@Suite struct RunNameTests {
  @Test func aNameSurvivesBeingAPrefix() throws {
    let run = RunName.next()
    #expect(RunName(prefixOf: "\(run)") == run)
    #expect(RunName(prefixOf: "\(run)-world") == run)
    #expect(run.isOwn)
    #expect(run.isAlive)
  }

  @Test(arguments: [
    "", "r1", "sallyport-lab", "sallyport-lab-1", "sallyport-lab-1-2", "sallyport-lab-x-2-3",
    "other-lab-1-2-3", "sallyport-lab-1-2-x",
  ])
  func foreignNamesAreLeftAlone(name: String) {
    #expect(RunName(prefixOf: name) == nil)
  }

  @Test func anotherProcessWithTheSameNumberIsNotTheOwner() {
    let own = RunName.next()
    let earlier = RunName(
      processID: getpid(),
      startTicks: own.startTicks - 1,
      serial: own.serial
    )
    #expect(!earlier.isOwn)
    #expect(!earlier.isAlive)
  }
}
