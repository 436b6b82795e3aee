// Which page stands at which address, and the frame around all of them.

import { Route, Routes } from "react-router";

import { Empty } from "./components/Load";
import { Layout } from "./components/Layout";
import { AlgorithmPage } from "./pages/Algorithm";
import { Algorithms } from "./pages/Algorithms";
import { CampaignPage } from "./pages/Campaign";
import { Connections } from "./pages/Connections";
import { DatasetPage } from "./pages/Dataset";
import { Datasets } from "./pages/Datasets";
import { ImagePage } from "./pages/Image";
import { Images } from "./pages/Images";
import { ImportDataset } from "./pages/ImportDataset";
import { JobPage } from "./pages/Job";
import { Jobs } from "./pages/Jobs";
import { Labelling } from "./pages/Labelling";
import { LabelPackagePage } from "./pages/LabelPackage";
import { LifecyclePage } from "./pages/Lifecycle";
import { Lifecycles } from "./pages/Lifecycles";
import { ModelPage } from "./pages/Model";
import { Models } from "./pages/Models";
import { NewJob } from "./pages/NewJob";
import { OverviewPage } from "./pages/Overview";
import { PoolPage } from "./pages/Pool";
import { Pools } from "./pages/Pools";
import { Review } from "./pages/Review";
import { RunPage } from "./pages/Run";
import { RunsCompared } from "./pages/RunsCompared";
import { ServicePage } from "./pages/Service";
import { Services } from "./pages/Services";
import { Tokens } from "./pages/Tokens";
import { VersionsCompared } from "./pages/VersionsCompared";
import { useText } from "./settings";

export function App() {
  return (
    <Layout>
      <Routes>
        <Route path="/" element={<OverviewPage />} />
        <Route path="/lifecycles" element={<Lifecycles />} />
        <Route path="/lifecycles/:name" element={<LifecyclePage />} />
        <Route path="/lifecycles/:name/compare" element={<RunsCompared />} />
        <Route path="/jobs" element={<Jobs />} />
        <Route path="/jobs/new" element={<NewJob />} />
        <Route path="/jobs/:id" element={<JobPage />} />
        <Route path="/algorithms" element={<Algorithms />} />
        <Route path="/algorithms/:name" element={<AlgorithmPage />} />
        <Route path="/lifecycles/:lifecycle/runs/:run" element={<RunPage />} />
        <Route path="/runs/:project/:lifecycle/:run" element={<RunPage />} />
        <Route path="/models" element={<Models />} />
        <Route path="/models/:name" element={<ModelPage />} />
        <Route path="/models/:name/compare" element={<VersionsCompared />} />
        <Route path="/services" element={<Services />} />
        <Route path="/services/:name" element={<ServicePage />} />
        <Route path="/datasets" element={<Datasets />} />
        <Route path="/import" element={<ImportDataset />} />
        <Route path="/datasets/:name/:tab?" element={<DatasetPage />} />
        <Route path="/labelling" element={<Labelling />} />
        <Route path="/labelling/:name/:tab?" element={<CampaignPage />} />
        <Route path="/labelling/:campaign/packages/:id" element={<LabelPackagePage />} />
        <Route path="/labelling/:campaign/packages/:id/review" element={<Review />} />
        <Route path="/connections" element={<Connections />} />
        <Route path="/pools" element={<Pools />} />
        <Route path="/pools/:name" element={<PoolPage />} />
        <Route path="/images" element={<Images />} />
        <Route path="/images/:name" element={<ImagePage />} />
        <Route path="/tokens" element={<Tokens />} />
        <Route path="*" element={<NoPage />} />
      </Routes>
    </Layout>
  );
}

function NoPage() {
  const t = useText();
  return <Empty icon="alert" title={t("no.page")} />;
}
