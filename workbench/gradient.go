package workbench

import (
	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// checkGradients checks the derivatives of each case, in the first of its
// types: they are taken in float64 anyway.
func (t *task) checkGradients(device mlx.Device, spec *kernels.Spec, plan []plannedCase, job CheckJob, out *CheckResult) error {
	done := map[int]bool{}
	for _, p := range plan {
		if done[p.index] {
			continue
		}
		done[p.index] = true
		t.push(Progress{Label: "gradients of " + p.job.Case.String()})
		reports, err := check.Gradients(t.ctx, device, spec, p.job, check.Options{Seed: job.Seed, Workers: t.engine.workers})
		if err != nil {
			if t.ctx.Err() != nil {
				return t.ctx.Err()
			}
			_, ds, err := faults(job.Document, err)
			if err != nil {
				ds = []Diagnostic{messageAt(job.Document, SeverityError, "gradient: "+err.Error())}
			} else if !spec.Grad {
				out.Diagnostics = append(out.Diagnostics, unchecked(job.Document, ds)...)
				return nil
			}
			out.Diagnostics = append(out.Diagnostics, ds...)
			out.Gradients = append(out.Gradients, GradientReport{Case: p.index, Params: p.job.Case.String(), DType: p.job.DType.String(),
				Note: "there is no gradient of the reference"})
			return nil
		}
		for _, r := range reports {
			out.Gradients = append(out.Gradients, gradientReport(p, r))
		}
	}
	return nil
}

// unchecked makes warnings of why a reference has no derivative: the spec does
// not promise one, and nothing else about it is wrong.
func unchecked(doc Document, ds []Diagnostic) []Diagnostic {
	for i := range ds {
		ds[i].Severity, ds[i].Message = SeverityWarning, "the gradients are not checked: "+ds[i].Message
		ds[i].Rendered = documentTexts{doc: doc}.render(ds[i])
	}
	return ds
}

func gradientReport(p plannedCase, r check.GradientReport) GradientReport {
	g := GradientReport{Case: p.index, Params: p.job.Case.String(), DType: p.job.DType.String(), Input: r.Input, Program: r.Program,
		Error: Number(r.Error), OK: r.OK}
	switch {
	case r.Kernel == nil:
		g.Note = "no kernel: " + r.NoKernel
	default:
		for _, o := range r.Kernel.Outputs {
			g.MaxAbs = max(g.MaxAbs, Number(o.MaxAbs))
		}
		if r.Kernel.Status != check.OK {
			g.Note = "the kernel: " + string(r.Kernel.Status) + " " + r.Kernel.Message
		}
	}
	return g
}
