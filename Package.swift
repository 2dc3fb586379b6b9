// swift-tools-version: 6.3
import PackageDescription

/// Every target: strict memory safety, no existential by accident, no dependency that leaks.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// What the way of a connection calls: the optimiser may look across module borders (this package
/// is an application, nobody depends on it).
let inlined: [SwiftSetting] =
  strict + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

/// The way of a connection itself: the compiler also refuses hidden boxes.
let hot: [SwiftSetting] =
  inlined + [
    .treatWarning("ExistentialType", as: .error),
    .enableExperimentalFeature("SuppressedAssociatedTypes"),
  ]

/// A room's page for newcomers is no source.
let page = ["README.md"]

/// Tests check behaviour, so they may use what the program itself may not.
let relaxed: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)

let package = Package(
  name: "sallyport",
  products: [
    .executable(name: "sallyport", targets: ["sallyport"]),
    .executable(name: "sallyport-lab", targets: ["Lab"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .target(name: "CLab", exclude: page),
    .target(name: "CLinux", exclude: page),
    .systemLibrary(
      name: "CSodium",
      pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"])]
    ),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSystemd",
      pkgConfig: "libsystemd",
      providers: [.apt(["libsystemd-dev"])]
    ),
    .systemLibrary(
      name: "CNFTables",
      pkgConfig: "libnftables",
      providers: [.apt(["libnftables-dev"])]
    ),
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),

    .target(name: "Wire", exclude: page, swiftSettings: inlined),
    .target(
      name: "Filter",
      dependencies: ["Wire", "CSodium", "CCrypto"],
      exclude: page + ["Fingerprint/README.md"],
      swiftSettings: hot
    ),
    .target(
      name: "Kernel",
      dependencies: ["Wire", "CLinux", "CNFTables"],
      exclude: page + ["Datagrams/README.md", "Firewall/README.md"],
      swiftSettings: hot
    ),
    .target(
      name: "Capture",
      dependencies: ["Wire", "CPcap"],
      exclude: page,
      swiftSettings: strict
    ),
    .target(
      name: "Telemetry",
      dependencies: ["Kernel", "Wire", "CSystemd"],
      exclude: page,
      swiftSettings: strict
    ),
    .target(
      name: "Proxy",
      dependencies: ["Filter", "Kernel", "Telemetry", "Wire"],
      exclude: page,
      swiftSettings: hot
    ),
    .executableTarget(
      name: "sallyport",
      dependencies: [
        "Wire", "Filter", "Kernel", "Capture", "Telemetry", "Proxy", argumentParser,
        .product(name: "TOMLKit", package: "TOMLKit"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: page,
      swiftSettings: strict
    ),
    .executableTarget(
      name: "Lab",
      dependencies: [
        "Wire", "Filter", "Kernel", "Capture", "CLab", "CLinux", "CSodium", "CCrypto",
        argumentParser,
      ],
      exclude: page,
      swiftSettings: strict
    ),

    .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
    .target(
      name: "AllocationCounter",
      dependencies: ["CAllocationCounter"],
      path: "Tests/Support/AllocationCounter",
      swiftSettings: strict
    ),
    .target(name: "CPrivateMounts", path: "Tests/Support/CPrivateMounts"),
    .target(
      name: "PrivateJournal",
      dependencies: ["CPrivateMounts"],
      path: "Tests/Support/PrivateJournal",
      swiftSettings: relaxed
    ),

    .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: relaxed),
    .testTarget(
      name: "FilterTests",
      dependencies: ["Filter", "Wire", "CSodium", "CCrypto", "AllocationCounter"],
      swiftSettings: relaxed
    ),
    .testTarget(
      name: "KernelTests",
      dependencies: ["Kernel", "Wire", "CLinux"],
      swiftSettings: relaxed
    ),
    .testTarget(
      name: "CaptureTests",
      dependencies: ["Capture", "Filter", "Wire"],
      swiftSettings: relaxed
    ),
    .testTarget(
      name: "TelemetryTests",
      dependencies: [
        "Telemetry", "Kernel", "Wire", "Filter", "AllocationCounter", "PrivateJournal",
      ],
      swiftSettings: relaxed
    ),
    .testTarget(
      name: "ProxyTests",
      dependencies: [
        "Proxy", "Filter", "Kernel", "Telemetry", "Wire", "Lab", "CLinux", "AllocationCounter",
      ],
      swiftSettings: relaxed + [.enableExperimentalFeature("SuppressedAssociatedTypes")]
    ),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "sallyport", "Capture", "CSodium", "Filter", "Kernel", "Proxy", "Telemetry", "Wire",
        argumentParser,
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: relaxed
    ),
    .testTarget(
      name: "LabTests",
      dependencies: [
        "Lab", "sallyport", "Capture", "Filter", "Kernel", "PrivateJournal", "Telemetry", "Wire",
      ],
      swiftSettings: relaxed
    ),
    .testTarget(name: "TidyTests", swiftSettings: relaxed),
  ],
  swiftLanguageModes: [.v6]
)
