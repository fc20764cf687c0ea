package interp

import "github.com/zmlx/zmlx/mlx/msl/exec"

func print(g *group, in *inst, act []int32) {
	values := make([]exec.LogValue, len(in.Args))
	for _, i := range act {
		for k, r := range in.Args {
			values[k] = exec.LogValue{Kind: in.fn.src.Regs[r].Kind, Bits: g.reg(int(r))[i]}
		}
		g.r.log.Print(g.p.index, g.r.code.src.Formats[in.Imm], values)
	}
}
