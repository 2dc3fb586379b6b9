/// How the page looks: on a phone and on a desk, by day and in the dark.
///
/// The colours are those of Okabe and Ito, which people who confuse colours can tell apart, made
/// lighter in the dark.
enum PageStyle {
  /// The style sheet.
  static let css = colours + layout + pictures + tables

  private static let colours = """
    :root { color-scheme: light dark; --page: #f6f5f2; --card: #fff; --line: #e2e0da;
      --text: #1d1f22; --soft: #5d6066; --link: #005a8c; --good: #00694c; --bad: #a63c00;
      --passed: #0072b2; --watched: #56b4e9; --asked: #cc79a7; --sent: #e69f00; --refused: #d55e00;
      --done: #009e73; --broken: #8c6d1f; --area: #cfe3f1; --edge: #0072b2;
      --heat1: #cfe5f3; --heat2: #93c5e5; --heat3: #4e9fd0; --heat4: #1c74ac; --heat5: #0b4772; }
    @media (prefers-color-scheme: dark) { :root { --page: #131517; --card: #1c1f23;
      --line: #343940; --text: #e9e8e4; --soft: #a3a7ae; --link: #7cc4f2; --good: #4fd1a5;
      --bad: #ff9d5c; --passed: #3f9fdc; --watched: #9ad6f7; --asked: #dd96bd; --sent: #f0b429;
      --refused: #e8701a; --done: #2fc49a; --broken: #c2a14a; --area: #1f3d52; --edge: #5cb3ea;
      --heat1: #1c3c54; --heat2: #23597f; --heat3: #2f80b5; --heat4: #5aaee2; --heat5: #c0e4fb; } }

    """

  private static let layout = """
    * { box-sizing: border-box; }
    html { font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; background: var(--page);
      color: var(--text); -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 76rem; }
    h1, h2, h3, p, dl, dd, figure, ul { margin: 0; padding: 0; }
    a { color: var(--link); } code { font-size: .92em; }
    small { color: var(--soft); font-size: .8125rem; } .top { display: flex; flex-wrap: wrap;
      align-items: center;
      justify-content: space-between; gap: .25rem 1rem; padding: 1rem 0 .75rem; }
    h1 { font-size: 1.375rem; display: flex; gap: .5rem; align-items: center; }
    .mark { width: 1.75rem; height: 1.75rem; } .top p, footer { color: var(--soft);
      font-size: .875rem; } h2 { font-size: 1.25rem; } h3 { font-size: 1rem; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: .625rem;
      padding: .75rem .875rem; min-width: 0; }
    .state { border-radius: .625rem; padding: .625rem .875rem; margin-bottom: .75rem;
      border: 1px solid var(--line); border-left: .375rem solid var(--good);
      background: var(--card); overflow-wrap: anywhere; }
    .state.bad { border-left-color: var(--bad); } .state.warn { border-left-color: var(--sent); }
    .state.bad strong { color: var(--bad); } .state.good strong { color: var(--good); }
    .state ul { padding-left: 1.25rem; }
    nav { display: flex; gap: .375rem; margin: 0 0 .75rem; } nav a { flex: 1; text-align: center;
      max-width: 11rem; white-space: nowrap; padding: .5rem .25rem; border: 1px solid var(--line);
      border-radius: .5rem; text-decoration: none; background: var(--card); }
    nav a[aria-current] { background: var(--link); color: var(--card); font-weight: 600;
      border-color: var(--link); }
    .tiles { display: grid; gap: .625rem; grid-template-columns: repeat(auto-fit,
      minmax(9.25rem, 1fr)); } .tiles dt { color: var(--soft); font-size: .875rem; }
    .tiles dd { font-size: 1.5rem; font-weight: 600; line-height: 1.25;
      font-variant-numeric: tabular-nums; } .tiles small { display: block; font-weight: 400;
      line-height: 1.35; } section { margin-top: 1.5rem; }
    .head { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline;
      margin-bottom: .5rem; } .head p { color: var(--soft); font-size: .875rem; }
    .head .mark-good { color: var(--good); }
    .head .mark-bad { color: var(--bad); font-weight: 600; }
    .mark-good::before { content: "✓ "; } .mark-bad::before { content: "! "; }
    .pictures, .pair, .stack { display: grid; gap: .625rem; }
    .stack { align-content: start; } .facts h2 { margin-bottom: .5rem; }
    @media (min-width: 56rem) { .pictures { grid-template-columns: 1fr 1fr; }
      .pair { grid-template-columns: 3fr 2fr; align-items: start; } }
    footer { margin-top: 1.5rem; border-top: 1px solid var(--line); padding-top: .75rem; }
    [hidden] { display: none; } #stale { position: sticky; bottom: .5rem; }
    a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--sent);
      outline-offset: 2px; }

    """

  private static let pictures = """
    figcaption, .caption { display: flex; flex-wrap: wrap; gap: 0 .625rem; align-items: baseline;
      margin-bottom: .5rem; } .plot { display: grid; grid-template-columns: auto 1fr;
      column-gap: .5rem; } .plot svg { width: 100%; height: 10.5rem; display: block;
      overflow: visible; } .plot svg.low { height: 5rem; }
    .scale { display: flex; flex-direction: column; justify-content: space-between;
      text-align: right; min-width: 2.25rem; margin: -.5rem 0; } .scale, .times {
      color: var(--soft); font-size: .75rem; line-height: 1rem;
      font-variant-numeric: tabular-nums; white-space: nowrap; }
    .times { grid-column: 2; display: flex; justify-content: space-between;
      padding-top: .5rem; }
    .card > ul { list-style: none; display: flex; flex-wrap: wrap; gap: .125rem 1rem;
      margin-top: .375rem; font-size: .875rem; }
    .card > ul b { font-variant-numeric: tabular-nums; }
    figure > p { font-size: .875rem; margin-top: .375rem; color: var(--soft); }
    i { display: inline-block; width: .75rem; height: .75rem; border-radius: .1875rem;
      margin-right: .375rem; vertical-align: -.0625rem; }
    i + i { margin-left: -.25rem; }
    .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
    .area { fill: var(--area); } .edge { fill: none; stroke: var(--edge); stroke-width: 2;
      vector-effect: non-scaling-stroke; }
    .passed { fill: var(--passed); background: var(--passed); }
    .watched { fill: var(--watched); background: var(--watched); }
    .asked { fill: var(--asked); background: var(--asked); }
    .sent { fill: var(--sent); background: var(--sent); }
    .refused { fill: var(--refused); background: var(--refused); }
    .stage1 { fill: var(--sent); background: var(--sent); }
    .stage2 { fill: var(--bad); background: var(--bad); }
    .heat1 { fill: var(--heat1); background: var(--heat1); }
    .heat2 { fill: var(--heat2); background: var(--heat2); }
    .heat3 { fill: var(--heat3); background: var(--heat3); }
    .heat4 { fill: var(--heat4); background: var(--heat4); }
    .heat5 { fill: var(--heat5); background: var(--heat5); }

    """

  private static let tables = """
    table { border-collapse: collapse; width: 100%; font-size: .875rem;
      font-variant-numeric: tabular-nums; } caption { text-align: left; color: var(--soft);
      padding-bottom: .25rem; } th { text-align: left; font-weight: 400; }
    thead th { color: var(--soft); vertical-align: bottom; } th, td { padding: .1875rem .75rem
      .1875rem 0; vertical-align: top; } tr + tr > *, tbody > tr > * {
      border-top: 1px solid var(--line); } td, .numbers th + th { text-align: right; }
    .facts td { text-align: left; } .reasons th small { display: block; line-height: 1.3; }
    .reasons td { white-space: nowrap; } .reasons .bar { width: 26%; padding-right: 0; }
    .bar svg { width: 100%; height: .75rem; display: block; margin-top: .375rem; }
    .reasons tr:first-child > * { border-top: 0; } .reasons { margin-top: .375rem; }
    .wide { overflow-x: auto; } .wide table { min-width: 32rem; } .numbers th, .numbers td {
      white-space: nowrap; }
    .none { color: var(--soft); padding: .5rem 0; } .unseen { position: absolute;
      clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    details { margin-top: .625rem; } summary { cursor: pointer; color: var(--link);
      padding: .375rem 0; } .list > div { display: flex; justify-content: space-between;
      gap: 1rem; font-size: .875rem; padding: .1875rem 0; } .list > div + div {
      border-top: 1px solid var(--line); } .list dt { color: var(--soft); }
    .list dd { text-align: right; }
    @media (max-width: 30rem) { nav a { font-size: .875rem; padding: .5rem 0; }
      .reasons .bar { width: 18%; } th, td { padding-right: .5rem; } }

    """
}
