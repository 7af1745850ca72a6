package io.litestream.benchmarks.e2e;

import java.util.List;
import java.util.Locale;

/**
 * Ratios as bars to the left and right of 1, on a logarithmic scale.
 *
 * @param title above the plot
 * @param bars from top to bottom
 */
record SvgPlot(String title, List<Bar> bars) {

  /**
   * One ratio.
   *
   * @param ratio above 0; better than 1 is longer to the right
   */
  record Bar(String label, double ratio) {}

  private static final int WIDTH = 900;
  private static final int LABELS = 430;
  private static final int NUMBERS = 60;
  private static final int ROW = 22;
  private static final int TOP = 60;
  private static final String BETTER = "#2a7f62";
  private static final String WORSE = "#b5532a";

  String svg() {
    double low = Math.min(0.5, bars.stream().mapToDouble(Bar::ratio).min().orElse(1));
    double high = Math.max(2, bars.stream().mapToDouble(Bar::ratio).max().orElse(1));
    int height = TOP + ROW * bars.size() + 10;
    var svg = new StringBuilder();
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
            WIDTH, height, WIDTH, height));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    svg.append(text("<text x=\"10\" y=\"24\" font-size=\"16\">%s</text>%n", escaped(title)));
    for (double tick : new double[] {0.1, 0.5, 1, 2, 5, 10, 20, 50, 100}) {
      if (tick >= low && tick <= high) {
        svg.append(line(x(tick, low, high), height, tick));
      }
    }
    for (int i = 0; i < bars.size(); i++) {
      svg.append(bar(bars.get(i), TOP + ROW * i, low, high));
    }
    return svg.append("</svg>\n").toString();
  }

  private static double x(double ratio, double low, double high) {
    double part = Math.log(ratio / low) / Math.log(high / low);
    return LABELS + NUMBERS + part * (WIDTH - LABELS - 2 * NUMBERS);
  }

  private static String line(double x, int height, double tick) {
    return text(
        "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>%n"
            + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555\">%s</text>%n",
        x, TOP - 6, x, height - 4, tick == 1 ? "#333" : "#ddd", x, TOP - 12, Results.text(tick));
  }

  private static String bar(Bar bar, int y, double low, double high) {
    double one = x(1, low, high);
    double end = x(bar.ratio(), low, high);
    boolean better = bar.ratio() >= 1;
    return text(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
            + "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n"
            + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
        LABELS,
        y + 14,
        escaped(bar.label()),
        Math.min(one, end),
        y + 3,
        Math.max(1, Math.abs(end - one)),
        ROW - 6,
        better ? BETTER : WORSE,
        better ? end + 4 : end - 4,
        y + 14,
        better ? "start" : "end",
        Results.text(bar.ratio()));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
