from hypothesis import given, settings, HealthCheck, strategies as st
from tests.flows_strategy import flows
from tests.laws.test_simulation_laws import *
import collections
C=collections.Counter()
@settings(deadline=None,derandomize=True,max_examples=250,suppress_health_check=list(HealthCheck))
@given(flow=flows(),injection=st.sampled_from([*Injection]),seed=st.integers(0,1000))
def test_fuzz(flow,injection,seed):
    try:
        net=compile_flow(flow)
        log=simulate(flow,net,cases=6,seed=seed,settings=SimulationSettings(deviations=read_deviations(f"{injection}:0.5")))
    except InputRefused as r:
        C[r.problems[0].code]+=1
        assert r.problems[0].code.split(".")[0] in ("net","simulate","limit"), r
        return
    C["ok "+injection]+=1
    found=assess(Process(flow,net),log.log)
    assert losses(found)==truths(log), (losses(found),truths(log))
def test_show(): print(C)
