"""A plot of costs against the fleet's size, both axes logarithmic, as SVG."""

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 70, 230, 40, 50
COLOURS = ("#0b6e99", "#c0392b", "#2e7d32", "#8e44ad", "#b9770e")


def decades(values):
    """Powers of ten that hold all values."""
    low = math.floor(math.log10(min(values)) + 1e-9)
    high = math.ceil(math.log10(max(values)) - 1e-9)
    return range(low, max(high, low + 1) + 1)


def power(exponent):
    return f"{10 ** exponent:,}" if exponent >= 0 else f"{10.0 ** exponent:g}"


def log_log(series, title):
    xs = decades([x for points in series.values() for x, _ in points])
    ys = decades([y for points in series.values() for _, y in points])
    to_x = lambda x: LEFT + (math.log10(x) - xs[0]) / (xs[-1] - xs[0]) * (WIDTH - LEFT - RIGHT)
    to_y = lambda y: HEIGHT - BOTTOM - (math.log10(y) - ys[0]) / (ys[-1] - ys[0]) * (
        HEIGHT - TOP - BOTTOM)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           f'<text x="{LEFT}" y="22" font-size="15">{title}</text>']
    for e in xs:
        x = to_x(10 ** e)
        out.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                   f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{power(e)}</text>')
    for e in ys:
        y = to_y(10.0 ** e)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{power(e)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" '
               'text-anchor="middle">devices</text>')
    label_y = 0.0
    for (name, points), colour in sorted(
            zip(series.items(), COLOURS), key=lambda item: to_y(item[0][1][-1][1])):
        line = "L".join(f"{to_x(x):.1f} {to_y(y):.1f}" for x, y in points)
        label_y = max(label_y + 16, to_y(points[-1][1]) + 4)
        out.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{to_x(x):.1f}" cy="{to_y(y):.1f}" r="3.5" fill="{colour}"/>'
                for x, y in points]
        out.append(f'<text x="{WIDTH - RIGHT + 10}" y="{label_y:.1f}" fill="{colour}">'
                   f'{name}: {points[-1][1]:.3g}</text>')
    return "\n".join(out + ["</svg>", ""])
