// A page that a step wrote, shown in a frame in which nothing runs.

import { Dialog } from "./Dialog";

interface ReportProps {
  title: string;
  address: string;
  onClose: () => void;
}

export function Report({ title, address, onClose }: ReportProps) {
  return (
    <Dialog title={title} size="full" onClose={onClose}>
      <iframe className="report" title={title} src={address} sandbox="" />
    </Dialog>
  );
}
